"""Where each pane stands, for every size of the terminal: a pure function, and the Textual layout that applies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.geometry import Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.screen import Screen

from tailwatch.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.layout import ArrangeResult
    from textual.widget import Widget

WIDE: Final = 100
NARROW: Final = 60
SHORT: Final = 30


class Wants(NamedTuple):
    """What the panes have to show: rows that each would fill, and how many charts there are."""

    banner: int = 0
    verdict: int = 1
    charts: int = 1
    findings: int = 1
    series: int = 1
    messages: int = 1
    advice: bool = False
    full: str = ""


def side_width(width: int) -> int:
    """Return the width of the panes beside the chart, or beneath it where there is no room beside."""
    return min(64, max(42, width * 40 // 100)) if width >= WIDE else width


def arrange(width: int, height: int, wants: Wants) -> dict[str, Region]:
    """Return the region of every pane that is shown at this size."""
    places: dict[str, Region] = {}
    top = 0
    verdict = min(2, wants.verdict) if height >= 16 else min(1, wants.verdict)
    if wants.banner and height < SHORT:
        verdict = 0  # the alarm is the verdict
    head = [("banner", wants.banner), ("verdict", verdict), ("status", 1 if width >= NARROW else 2)]
    for name, rows in head:
        if rows and top + rows <= height:
            places[name] = Region(0, top, width, rows)
            top += rows
    if height - top >= 4:
        places["footer"] = Region(0, height - 1, width, 1)
        height -= 1
    body = Region(0, top, width, height - top)
    if body.height < 3:
        return places
    if wants.full:
        return places | {wants.full: body}
    if width >= WIDE and body.height >= 16:
        return places | _wide(body, wants)
    return places | _stacked(body, wants)


def _wide(body: Region, wants: Wants) -> dict[str, Region]:
    right = side_width(body.width)
    left = body.width - right - 1
    log = max(7, body.height * 28 // 100)
    charts = body.height - log
    second = charts * 40 // 100 if wants.charts > 1 and charts >= 20 else 0
    advice = min(14, body.height - wants.findings - wants.series - wants.messages - 3) if wants.advice else 0
    advice = advice if advice >= 5 else 0
    findings, series, messages = share(body.height - advice, [(wants.findings, 4), (wants.series, 5), (wants.messages, 4)])
    column = body.x + left + 1
    places = {
        "chart": Region(body.x, body.y, left, charts - second),
        "log": Region(body.x, body.y + charts, left, log),
        "findings": Region(column, body.y, right, findings),
        "series": Region(column, body.y + findings + advice, right, series),
        "messages": Region(column, body.y + findings + advice + series, right, messages),
    }
    if advice:
        places["advice"] = Region(column, body.y + findings, right, advice)
    if second:
        places["chart2"] = Region(body.x, body.y + charts - second, left, second)
    return places


def share(height: int, panes: list[tuple[int, int]]) -> list[int]:
    """Divide a column among panes, each with the rows it would fill and the least it needs; titles take one more.

    What is over goes to the last pane, what is missing is taken from the one that wants most.
    """
    heights = [max(least, wanted + 1) for wanted, least in panes]
    while sum(heights) > height:
        k = max(range(len(panes)), key=lambda i: heights[i] - panes[i][1])
        if heights[k] <= panes[k][1]:
            heights[-1] = max(0, height - sum(heights[:-1]))
            break
        heights[k] -= 1
    heights[-1] += max(0, height - sum(heights))
    return heights


def _stacked(body: Region, wants: Wants) -> dict[str, Region]:
    """One column; what does not fit is left out, the log first, then the series."""
    narrow = body.width < NARROW
    low = body.height < 22
    findings = 1 + min(wants.findings, 2 if low else max(3, body.height // 6))
    series = 1 + min(max(2, wants.series), 2 if low else max(3, body.height // 6))
    needs = [("chart", 8 if narrow else 6), ("findings", findings), ("series", series), ("log", 4)]
    if body.height >= 34 and not narrow:
        needs.append(("messages", min(7, wants.messages + 1)))
    kept: dict[str, int] = {}
    for name, need in needs:
        if sum(kept.values()) + need <= body.height:
            kept[name] = need
    spare = body.height - sum(kept.values())
    if "log" in kept:
        extra = max(0, spare - 4) * 40 // 100
        kept["log"] += extra
        spare -= extra
    kept["chart"] = kept.get("chart", 0) + spare
    if wants.charts > 1 and kept["chart"] >= 22:
        kept["chart2"] = kept["chart"] * 4 // 10
        kept["chart"] -= kept["chart2"]
    places: dict[str, Region] = {}
    y = body.y
    for name in ("chart", "chart2", "findings", "series", "messages", "log"):
        if kept.get(name):
            places[name] = Region(body.x, y, body.width, kept[name])
            y += kept[name]
    return places


class MonitorLayout(Layout):
    """Applies `arrange` to the children of the screen, by their ids."""

    name = "monitor"

    def __init__(self) -> None:
        self.wants = Wants()

    def arrange(self, parent: Widget, children: Iterable[Widget], size: Size, greedy: bool = True) -> ArrangeResult:  # noqa: ARG002, FBT001, FBT002
        """Return the placements; panes without a place are not shown."""
        places = arrange(size.width, size.height, self.wants)
        return [
            WidgetPlacement(places[child.id], (0, 0), child.styles.margin, child, 0)  # type: ignore[arg-type]
            for child in children
            if child.id in places
        ]


class MonitorScreen(Screen[None]):
    """The screen on which the panes stand; style sheets cannot name a layout of one's own."""

    def __init__(self, layout: MonitorLayout) -> None:
        super().__init__()
        self._monitor_layout = layout

    @property
    def layout(self) -> Layout:
        """The monitor's layout, whatever the style sheet says."""
        return self._monitor_layout
