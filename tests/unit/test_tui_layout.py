"""Where the panes stand at every size, and that keys, help and actions are one table."""

from __future__ import annotations

import re

import pytest

from tailwatch.tui.arrange import Wants, arrange, share
from tailwatch.tui.keys import CHART_KEYS, KEYS, LIST_KEYS, MESSAGE_KEYS, footer, help_lines
from tailwatch.tui.monitor import Monitor
from tailwatch.tui.paint import plain, width_of
from tailwatch.tui.screens.help import help_rows

MUCH = Wants(banner=2, verdict=2, charts=4, findings=9, series=12, messages=8, advice=True)
LITTLE = Wants(banner=0, verdict=1, charts=0, findings=1, series=1, messages=1)
SIZES = [(120, 40), (100, 30), (80, 24), (80, 40), (50, 40), (40, 12), (200, 60), (20, 6), (10, 3), (1, 1), (500, 200), (59, 100)]


@pytest.mark.parametrize("wants", [MUCH, LITTLE, MUCH._replace(full="log")])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_panes_lie_on_the_screen_and_do_not_overlap(width: int, height: int, wants: Wants) -> None:
    taken: set[tuple[int, int]] = set()
    for region in arrange(width, height, wants).values():
        assert region.width > 0
        assert region.height > 0
        cells = {(x, y) for x in range(region.x, region.right) for y in range(region.y, region.bottom)}
        assert not cells & taken
        taken |= cells
        assert region.right <= width
        assert region.bottom <= height


@pytest.mark.parametrize("wants", [MUCH, LITTLE])
@pytest.mark.parametrize(("width", "height"), [(120, 40), (100, 24), (80, 24), (50, 40), (80, 50)])
def test_the_chart_the_findings_and_the_log_are_always_there(width: int, height: int, wants: Wants) -> None:
    places = arrange(width, height, wants)
    assert {"chart", "findings", "series", "log", "status", "footer"} <= places.keys()
    assert places["chart"].height >= 6
    assert all(places[name].height >= 2 for name in ("findings", "series", "log"))


def test_an_alarm_is_always_shown_and_takes_the_verdicts_place_where_rows_are_few() -> None:
    assert "banner" in arrange(80, 24, MUCH)
    assert "verdict" not in arrange(80, 24, MUCH)
    assert {"banner", "verdict"} <= arrange(120, 40, MUCH).keys()


def test_a_second_chart_comes_when_there_is_room() -> None:
    assert "chart2" in arrange(120, 40, MUCH)
    assert "chart2" not in arrange(80, 24, MUCH)
    assert "chart2" not in arrange(120, 40, MUCH._replace(charts=1))


def test_one_pane_can_have_the_whole_screen() -> None:
    places = arrange(80, 24, MUCH._replace(full="messages"))
    assert "messages" in places
    assert "chart" not in places


@pytest.mark.parametrize("height", range(0, 60, 7))
def test_a_column_is_divided_to_the_last_row(height: int) -> None:
    heights = share(height, [(9, 4), (12, 5), (3, 4)])
    assert min(heights) >= 0
    if height >= 13:
        assert sum(heights) == height


def test_no_key_has_two_meanings_in_one_place() -> None:
    for table in ((*KEYS, *LIST_KEYS), (*KEYS, *CHART_KEYS)):
        names = [name for key in table for name in key.keys.split(",")]
        assert len(names) == len(set(names))


def test_every_key_has_an_action() -> None:
    for key in KEYS:
        name = re.sub(r"\(.*", "", key.action)
        if not name.startswith("app."):
            assert hasattr(Monitor, f"action_{name}"), key


@pytest.mark.parametrize("replay", [False, True])
def test_the_help_page_is_the_table_of_keys(replay: bool) -> None:
    told = [pair for _, keys in help_lines(replay=replay) for pair in keys]
    expected = [k for k in (*KEYS, *LIST_KEYS, *MESSAGE_KEYS, *CHART_KEYS) if k.about and (replay or not k.replay_only)]
    assert sorted(told) == sorted((key.shown, key.about) for key in expected)
    text = "\n".join(plain(cells) for cells in help_rows(60, replay=replay))
    assert all(key.shown in text for key in expected)
    assert all(width_of(cells) <= 60 for cells in help_rows(60, replay=replay))


def test_keys_of_a_replay_are_named_only_in_a_replay() -> None:
    assert ("Space", "pause") in footer(replay=True)
    assert ("Space", "pause") not in footer(replay=False)
    assert footer(replay=False)[0] == ("q", "quit")
