"""What is written to the terminal: only cells that differ, and yet the terminal shows what was painted."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.geometry import Region

from tailwatch.tui.driver import ScreenDiff
from tailwatch.tui.paint import Painter, Span

WIDTH, HEIGHT = 24, 5
NO_WRAP = "\x1b[?7l"
"""The mode in which the monitor draws, so that a character whose width the terminal sees otherwise moves no other row."""
CONSOLE = Console(color_system="256", force_terminal=True, width=WIDTH, height=HEIGHT)
roles = st.sampled_from(["text", "dim", "val", "critical", "alert_warning", "hit"])
texts = st.text(st.sampled_from("ab 19─⣿⠁★•验证损⚡x\u0301\u0338é"), max_size=30)
rows = st.lists(st.tuples(texts, roles), max_size=4)
frames = st.lists(st.lists(rows, min_size=HEIGHT, max_size=HEIGHT), min_size=1, max_size=5)


def update_of(frame: list[list[tuple[str, str]]], first: int = 0, last: int = HEIGHT) -> LayoutUpdate:
    painter = Painter()
    strips = [[painter.strip(tuple(Span(t, r) for t, r in spans), WIDTH)] for spans in frame[first:last]]  # type: ignore[arg-type]
    return LayoutUpdate(strips, Region(0, first, WIDTH, last - first))


def write(diff: ScreenDiff, update: LayoutUpdate) -> str:
    reduced = diff.reduce(update, WIDTH)
    return "" if reduced is None else reduced.render_segments(CONSOLE)  # type: ignore[attr-defined]


def shown(stream: str) -> list[list[tuple[str, str, bool, bool]]]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed(NO_WRAP + stream)
    return [[(c.data, c.fg, c.bold, c.reverse) for c in (screen.buffer[y][x] for x in range(WIDTH))] for y in range(HEIGHT)]


@settings(max_examples=150, deadline=None)
@given(frames)
def test_the_terminal_shows_the_last_frame_whatever_came_before(sequence: list[list[list[tuple[str, str]]]]) -> None:
    diff = ScreenDiff()
    stream = "".join(write(diff, update_of(frame)) for frame in sequence)
    assert shown(stream) == shown(write(ScreenDiff(), update_of(sequence[-1])))


def test_nothing_is_written_when_nothing_differs() -> None:
    diff = ScreenDiff()
    frame = [[("loss 0.5", "text")]] * HEIGHT
    assert write(diff, update_of(frame))
    assert write(diff, update_of(frame)) == ""


def test_one_changed_digit_costs_a_move_and_a_digit() -> None:
    diff = ScreenDiff()
    write(diff, update_of([[("loss 0.5", "text")]] * HEIGHT))
    assert len(write(diff, update_of([[("loss 0.6", "text")], *[[("loss 0.5", "text")]] * (HEIGHT - 1)]))) <= 8


def test_after_forgetting_everything_is_written_again() -> None:
    diff = ScreenDiff()
    frame = [[("loss 0.5", "text")]] * HEIGHT
    first = write(diff, update_of(frame))
    diff.forget()
    assert write(diff, update_of(frame)) == first


def test_the_cost_is_kept_account_of() -> None:
    diff = ScreenDiff()
    written = write(diff, update_of([[("验证 0.5", "text")]] * HEIGHT))
    assert diff.written == len(written.encode())


@pytest.mark.parametrize("wide", ["验证", "🎉"])
def test_half_of_a_wide_character_is_never_left_behind(wide: str) -> None:
    diff = ScreenDiff()
    stream = write(diff, update_of([[(wide, "text")]] * HEIGHT))
    stream += write(diff, update_of([[("x" + wide, "text")]] * HEIGHT))
    assert shown(stream) == shown(write(ScreenDiff(), update_of([[("x" + wide, "text")]] * HEIGHT)))


@pytest.mark.parametrize("char", ["x", "损", "⚡"])
def test_a_mark_is_replaced_together_with_the_character_that_bears_it(char: str) -> None:
    """A terminal adds a mark to those that a cell has already, so the character is written again, wherever the row ends."""
    for before in ("", "1" * (WIDTH - 1 - (char != "x"))):
        diff = ScreenDiff()
        stream = write(diff, update_of([[(f"{before}{char}\u0301", "text")]] * HEIGHT))
        stream += write(diff, update_of([[(f"{before}{char}\u0338", "text")]] * HEIGHT))
        assert shown(stream) == shown(write(ScreenDiff(), update_of([[(f"{before}{char}\u0338", "text")]] * HEIGHT)))
