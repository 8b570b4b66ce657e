"""All keys of the monitor, once: what they do, how the footer names them, what the help screen says of them."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding

from tailwatch.core.named import NamedTuple
from tailwatch.core.text import phrase


class Key(NamedTuple):
    """One command: its keys as Textual names them, how people read them, the action, a footer word, a help sentence."""

    keys: str
    shown: str
    action: str
    word: str
    about: str
    group: str
    replay_only: bool = False


KEYS: Final[tuple[Key, ...]] = (
    Key("q", "q", "quit", "quit", "leave the monitor; the training is not touched", "monitor"),
    Key("question_mark,f1", "?", "help", "help", "this page", "monitor"),
    Key("a", "a", "acknowledge", "", "acknowledge an alarm: its banner goes, the finding stays", "monitor"),
    Key("u", "u", "unread", "", "the lines that were not understood, each with a pattern that would read it", "monitor"),
    Key("p", "p", "freeze", "freeze", "freeze the screen; reading and alarms go on", "monitor"),
    Key("ctrl+l", "Ctrl+L", "redraw", "", "draw the whole screen again", "monitor"),
    Key("ctrl+z", "Ctrl+Z", "put_aside", "", "put the monitor aside; `fg` in the shell brings it back", "monitor"),
    Key("ctrl+c", "Ctrl+C", "interrupt", "", "leave at once", "monitor"),
    Key("tab", "Tab", "app.focus_next", "", "go to the next pane (Shift+Tab: back)", "panes"),
    Key("1", "1", "focus_pane('chart')", "", "go to the chart", "panes"),
    Key("2", "2", "focus_pane('findings')", "", "go to the findings", "panes"),
    Key("3", "3", "focus_pane('series')", "", "go to the series", "panes"),
    Key("4", "4", "focus_pane('messages')", "", "go to the messages", "panes"),
    Key("5", "5", "focus_pane('log')", "", "go to the log", "panes"),
    Key("f", "f", "full", "", "give the focused pane the whole screen, and back", "panes"),
    Key("m", "m", "metric(1)", "metric", "chart the next metric (M: the one before)", "chart"),
    Key("M", "M", "metric(-1)", "", "", "chart"),
    Key("l", "l", "log_scale", "log", "logarithmic y axis, and back", "chart"),
    Key("s", "s", "smooth", "smooth", "smooth the curves: off, light, strong; the raw values stay behind them", "chart"),
    Key("z", "z", "zoom", "zoom", "show all, the last half, the last fifth", "chart"),
    Key("slash", "/", "filter", "filter", "show only the log lines that contain a text", "log"),
    Key("e", "e", "trouble(1)", "", "next line that speaks of trouble (E: the one before)", "log"),
    Key("E", "E", "trouble(-1)", "", "", "log"),
    Key("end", "End", "follow", "", "follow the end of the log again", "log"),
    Key("space", "Space", "pause_replay", "pause", "pause the replay, and go on", "replay", replay_only=True),
    Key("plus,equals_sign", "+", "speed(2)", "faster", "twice as fast", "replay", replay_only=True),
    Key("minus", "-", "speed(0.5)", "slower", "half as fast", "replay", replay_only=True),
    Key("n", "n", "seek(0.1)", "ahead", "ahead by a tenth of the log (N: back)", "replay", replay_only=True),
    Key("N", "N", "seek(-0.1)", "back", "", "replay", replay_only=True),
)

LIST_KEYS: Final[tuple[Key, ...]] = (
    Key("up,k", "↑", "move(-1)", "", "move up and down", "lists"),
    Key("down,j", "↓", "move(1)", "", "", "lists"),
    Key("pageup", "PgUp", "page(-1)", "", "a page up and down", "lists"),
    Key("pagedown", "PgDn", "page(1)", "", "", "lists"),
    Key("home,g", "Home", "top", "", "the first row", "lists"),
    Key("enter", "Enter", "open", "details", "all about the selected row: why, what to do, the lines of the log", "lists"),
)

CHART_KEYS: Final[tuple[Key, ...]] = (
    Key("left", "← →", "cursor(-1)", "", "in the chart: a cursor from point to point, which tells the values there", "chart"),
    Key("right", "→", "cursor(1)", "", "", "chart"),
    Key("escape", "Esc", "leave_cursor", "", "take the cursor away", "chart"),
    Key("enter", "Enter", "open", "", "at the cursor: the lines of the log around that point", "chart"),
)

MESSAGE_KEYS: Final[tuple[Key, ...]] = (
    Key("x", "x", "judge('harmless')", "", "in the messages: this is harmless here; remembered in your configuration", "lists"),
    Key("d", "d", "judge('hide')", "", "in the messages: do not show this again; it is counted still", "lists"),
    Key("b", "b", "judge('alert')", "", "in the messages: alert me on this", "lists"),
)

GROUPS: Final = (
    ("monitor", phrase("The monitor")),
    ("panes", phrase("Panes")),
    ("lists", phrase("In a pane")),
    ("chart", phrase("Chart")),
    ("log", phrase("Log")),
    ("replay", phrase("Replay")),
)


def bindings(table: tuple[Key, ...]) -> list[Binding]:
    """Return Textual's bindings of a table."""
    return [Binding(key.keys, key.action, key.word, show=False, priority=key.action == "interrupt") for key in table]


def footer(*, replay: bool) -> list[tuple[str, str]]:
    """Return the keys that the footer names: help and leaving first, because a narrow one ends early."""
    first = tuple(key for key in KEYS if key.word and key.action in ("help", "quit"))
    of_replay = tuple(key for key in KEYS if key.replay_only)
    others = tuple(key for key in KEYS if not key.replay_only)
    rest = tuple(key for key in (*of_replay, *LIST_KEYS, *others) if key.word and key not in first)
    return [(key.shown, key.word) for key in (*first, *rest) if replay or not key.replay_only]


def help_lines(*, replay: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the help page: a heading and its keys with a sentence each."""
    rows = [key for key in (*KEYS, *LIST_KEYS, *MESSAGE_KEYS, *CHART_KEYS) if key.about and (replay or not key.replay_only)]
    pages = [(title, [(key.shown, key.about) for key in rows if key.group == group]) for group, title in GROUPS]
    return [page for page in pages if page[1]]
