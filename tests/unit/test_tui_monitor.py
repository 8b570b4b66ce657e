"""The monitor as a whole: what the person does at the terminal, and what the screen then shows."""

from __future__ import annotations

import math

from monitors import AT, followed, monitor

from tailwatch.core.events import Data, Notice
from tailwatch.tui.paint import Painter, Span, plain

_FOCUS = Painter().strip((Span("x", "focus"),), 1)._segments[0].style


async def test_panes_are_laid_out_for_the_size_that_a_resize_brings() -> None:
    """A finished log brings no further paint, so a window that was made larger must be filled by the resize alone."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with app.run_test(size=(50, 40)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(200, 55)
        grown = {pane.id: pane.region for pane in app.panes if pane.display}
    other = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with other.run_test(size=(200, 55)) as pilot:
        await pilot.pause()
        assert grown == {pane.id: pane.region for pane in other.panes if pane.display}
        assert {"chart2", "advice", "messages"} <= grown.keys()


async def test_an_alarm_is_painted_at_once_though_the_last_paint_was_a_moment_ago() -> None:
    """The first screen costs a slow link much, and makes the lines after it wait; what is wrong with the run does not."""
    app = monitor(Notice("opened", AT), Data(b"epoch 1 loss 0.5\n", AT), Notice("read", AT))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app._painted = math.inf
        app.feed.take(Data(b"epoch 2 loss 0.4\n", AT + 1))
        await pilot.pause()
        assert app.snapshot is not None
        assert app.snapshot.lines_read == 1
        app.feed.take(Data(b"epoch 3 loss nan\n", AT + 2))
        await pilot.pause()
        assert [alarm.id for alarm in app.banner.alarms] == ["not_a_number"]


async def test_a_list_longer_than_its_pane_says_how_much_of_it_is_out_of_sight() -> None:
    """At the end of its heading, so that it costs no row."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = app.series.size.height - 1
        assert app.series.out_of_sight() == f"↓ {9 - shown}"
        app.series.focus()
        await pilot.press(*["down"] * shown)
        assert app.series.out_of_sight() == f"↑ 1  ↓ {8 - shown}"
        assert "".join(segment.text for segment in app.series.render_line(0)).endswith(f"─ ↑ 1  ↓ {8 - shown} ─")
        await pilot.press("f")
        await pilot.pause()
        assert app.series.out_of_sight() == ""


async def test_unfolding_the_harmless_messages_brings_one_into_sight() -> None:
    """The pane may end at their heading, so what was asked for would stay beneath its edge."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        pane = app.messages
        pane.focus()
        pane.action_move(99)
        before = pane.cursor
        await pilot.press("enter")
        await pilot.pause()
        height, width = pane.size.height - 1, pane.size.width
        shown = [plain(cells) for cells, _ in pane.body(width, height)]
        assert any("harmless" in line for line in shown[:-1])
        assert pane.cursor == before + 1


async def test_the_pane_that_has_the_focus_is_marked_at_once_and_the_one_before_no_more() -> None:
    """Nothing else repaints the panes of a log that is over, so going from pane to pane must do it itself."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key, name in (("3", "series"), ("5", "log"), ("2", "findings"), ("tab", "chart2")):
            await pilot.press(key)
            await pilot.pause()
            marked = {pane.id for pane in app.panes if pane.display and _FOCUS in {s.style for s in pane.render_line(0)}}
            assert marked == {name}
        await pilot.press("e")
        await pilot.pause()
        assert any(app.log_pane.render_line(y).text.startswith("▌") for y in range(app.log_pane.size.height))
