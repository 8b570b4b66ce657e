"""How the monitor looks, at every size and state that matters; a person looks at the pictures before they are accepted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import textual

from tailwatch.config_tables import OwnMessage
from tailwatch.core.events import Data, Notice, Tick

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from monitors import AT, followed, monitor

SIZES = [(120, 40), (80, 24), (50, 40)]

pytestmark = pytest.mark.skipif(not textual.__version__.startswith("8.2."), reason="the pictures are of Textual 8.2")

Compare = Any
"""The plug-in's fixture: compares an app's picture with the accepted one."""


@pytest.mark.parametrize("size", SIZES)
def test_an_overfitting_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    """The alarm, the two curves that part, what to do about it, and the log."""
    assert snap_compare(monitor(*followed("keras/seven_replicas_overfit.log")), terminal_size=size)


@pytest.mark.parametrize("size", SIZES)
def test_a_healthy_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Nothing is red, and it says so."""
    assert snap_compare(monitor(*followed("keras/one_device_healthy.log")), terminal_size=size)


def test_losses_that_are_no_numbers(snap_compare: Compare) -> None:
    """Not a number from the first epoch on: there is no curve, and the reason stands in its place."""
    assert snap_compare(monitor(*followed("keras/nan_from_the_start.log")), terminal_size=(120, 40))


@pytest.mark.parametrize("size", SIZES)
def test_a_log_that_does_not_exist_yet(snap_compare: Compare, size: tuple[int, int]) -> None:
    """No pane is empty without a reason."""
    waiting = Notice("waiting", AT, "/home/me/runs/nohup.out: No such file or directory")
    assert snap_compare(monitor(waiting), terminal_size=size)


def test_a_log_without_a_metric(snap_compare: Compare) -> None:
    """Lines, but nothing to draw: every pane says what it waits for."""
    events = [Notice("opened", AT), Data(b"loading the data\nbuilding the model\n", AT), Notice("read", AT)]
    assert snap_compare(monitor(*events), terminal_size=(80, 24))


def test_the_page_of_a_finding(snap_compare: Compare) -> None:
    """Why, since when, what to do, and the lines that show it."""
    assert snap_compare(monitor(*followed("keras/seven_replicas_overfit.log")), press=["2", "enter"], terminal_size=(120, 40))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_the_help_page(snap_compare: Compare, size: tuple[int, int]) -> None:
    """All keys, from the table that binds them."""
    assert snap_compare(monitor(*followed("keras/one_device_healthy.log")), press=["question_mark"], terminal_size=size)


def test_the_filter_while_it_is_typed(snap_compare: Compare) -> None:
    """The count of lines is live, and the hits are marked."""
    keys = ["slash", "v", "a", "l", "_", "l", "o", "s", "s"]
    assert snap_compare(monitor(*followed("keras/seven_replicas_overfit.log")), press=keys, terminal_size=(120, 40))


def test_smoothed_on_a_log_scale(snap_compare: Compare) -> None:
    """The raw values stay behind the smoothed curve, and the title says how it is drawn."""
    app = monitor(*followed("nanogpt/overfit.log"))
    assert snap_compare(app, press=["s", "l", "1", "f"], terminal_size=(100, 30))


def test_ascii_alone(snap_compare: Compare) -> None:
    """Without Unicode the same things stand in the same places."""
    assert snap_compare(monitor(*followed("keras/one_device_healthy.log"), ascii_only=True), terminal_size=(80, 24))


def test_a_paused_replay(snap_compare: Compare) -> None:
    """The status tells the speed and the pause, the footer the keys of the replay."""
    events = followed("keras/seven_replicas_overfit.log")
    assert snap_compare(monitor(*events, replay=True), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [(120, 40), (50, 40)])
def test_the_page_of_lines_that_were_not_understood(
    snap_compare: Compare, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many, where, what they say, and a pattern to paste into the settings, which are named."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/home/me/.config")
    text = (
        "".join(f"[2026-01-01 10:00:0{i % 10}] tick {i} obj {i}/90 质量 {i + 2}\n" for i in range(12))
        + "zz 3 4\nepoch 1 loss 0.5\n"
    )
    events = [Notice("opened", AT), Data(text.encode(), AT), Tick(AT + 3, writer_alive=True), Notice("read", AT + 3)]
    assert snap_compare(monitor(*events), press=["u"], terminal_size=size)


def test_the_messages_and_what_is_hidden(snap_compare: Compare) -> None:
    """What needs an action comes first, harmless and hidden kinds are one row with their count; a crash names its frame."""
    log = (
        b"WARNING: the frobnicator 3 is odd\nWARNING: the gizmo 4 is odd\n/opt/a.py:3: FutureWarning: old call\n"
        b'epoch 1 loss 0.5\nTraceback (most recent call last):\n  File "/home/me/train.py", line 12, in main\n'
        b"    step(batch)\nKeyError: 'label'\n"
    )
    app = monitor(Notice("opened", AT), Data(log, AT), Notice("read", AT), Notice("ended", AT))
    app.feed.adopt(OwnMessage(text="the gizmo {} is odd", verdict="hide"))
    assert snap_compare(app, press=["4"], terminal_size=(120, 40))


def test_the_page_of_a_message(snap_compare: Compare) -> None:
    """Why, what to do, the user's own frame, and the lines of the traceback, apart from each other."""
    log = (
        b'epoch 1 loss 0.5\nTraceback (most recent call last):\n  File "/home/me/train.py", line 12, in main\n'
        b"    step(batch)\nKeyError: 'label'\n"
    )
    app = monitor(Notice("opened", AT), Data(log, AT), Notice("read", AT), Notice("ended", AT))
    assert snap_compare(app, press=["4", "enter"], terminal_size=(100, 30))


@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)])
def test_an_overfitting_run_in_chinese(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Wide characters take two cells each, in the panes' frames, beneath the chart and in the table."""
    app = monitor(*followed("pytorch/chinese_prints_overfit.log"), lang="zh")
    assert snap_compare(app, terminal_size=size)
