"""The help page, made from the same table as the key bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tailwatch.core.text import ENGLISH, phrase
from tailwatch.tui.keys import help_lines
from tailwatch.tui.paint import Row, fit, pad, row, wrap

if TYPE_CHECKING:
    from tailwatch.core.text import Language
    from tailwatch.tui.paint import Role

_SIGNS: Final[tuple[tuple[str, Role, str], ...]] = (
    ("━", "train", phrase("train")),
    ("•", "val", phrase("validation, a dot an evaluation while they are few")),
    ("★", "best", phrase("the best value so far")),
    ("◆", "info", phrase("checkpoint")),
    ("↓", "warning", phrase("the learning rate was lowered")),
    ("■", "warning", phrase("early stop")),
    ("↶", "good", phrase("best weights restored")),
    ("✖", "critical", phrase("NaN, inf, or a crash")),
)


def help_rows(width: int, *, replay: bool, language: Language = ENGLISH) -> list[Row]:
    """Return the keys by group, then the signs of the chart."""
    rows: list[Row] = []
    for title, keys in help_lines(replay=replay):
        rows += [row((f" {language.of(title)}", "title"))]
        for shown, about in keys:
            lines = wrap(language.of(about), width - 12)
            rows += [row((f"  {pad(shown, 8)} ", "key"), lines[0])]
            rows += [row(" " * 11, line) for line in lines[1:]]
        rows.append(row())
    rows.append(row((f" {language.of('Signs on the chart and beneath it')}", "title")))
    rows += [row((f"  {pad(sign, 8)} ", role), fit(language.of(about), width - 12)) for sign, role, about in _SIGNS]
    return rows
