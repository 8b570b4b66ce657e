"""A book of logs with what they hold: `#### title`, the log as a run prints it, `####` alone, and one line a place.

A line `## ...` after the title cites what prints so: package, version, file and functions.

A place reads `epoch 3/120: train loss 0.5, val accuracy 81.2%, lr 0.001`: the axis of its values, the epoch and the step
(`-` where unknown), then each value with its split and metric. `@1` after the place is a rank, `segment 1` before it a
later segment. The order of places is free; a value that the book does not name is a mistake, and so is one that is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tailwatch.core.events import Data, Notice
from tailwatch.report.export import plain, whole
from tailwatch.session import Session

if TYPE_CHECKING:
    from pathlib import Path


class Case(NamedTuple):
    """A log and the places and values that it holds."""

    title: str
    log: bytes
    points: Counter[str]
    source: str = ""


def cases(book: Path) -> list[Case]:
    """Read a book; bytes are kept as they are, but for `<CR>` and `<ESC>`, which stand for the characters."""
    found = []
    for page in re.split(rb"^#### ", book.read_bytes(), flags=re.MULTILINE)[1:]:
        title, _, rest = page.partition(b"\n")
        cited, _, after = rest.partition(b"\n")
        source = cited[3:].decode() if cited.startswith(b"## ") else ""
        log, _, wanted = (after if source else rest).partition(b"\n####\n")
        log = log.replace(b"<CR>", b"\r").replace(b"<ESC>", b"\x1b") + b"\n"
        found.append(Case(title.decode().strip(), log, Counter(_points(wanted.decode())), source))
    return found


def _points(wanted: str) -> list[str]:
    points = []
    for line in wanted.splitlines():
        place, colon, values = line.partition(": ")
        if colon:
            points += [f"{place}: {value.strip()}" for value in values.split(", ")]
    return points


def points_of(log: bytes) -> list[tuple[str, str]]:
    """Return every value that tailwatch reads, as place and value in the notation of the book."""
    session = Session(keep_readings=True)
    numbered = [*session.feed(Data(log, 0.0)).readings, *session.feed(Notice("ended", 0.0)).readings]
    found = []
    for segment, reading in numbered:
        place = f"{reading.axis} {_place(reading.epoch)}/{_place(reading.step)}"
        place += f" @{reading.rank}" if reading.rank is not None else ""
        place = f"segment {segment} {place}" if segment else place
        for spec, value in zip(reading.series, reading.values, strict=True):
            split = f"{spec.split} " if spec.split else ""
            found.append((place, f"{split}{spec.metric} {plain(whole(value) or 0.0)}{spec.unit or ''}"))
    return found


def _place(value: float | None) -> str:
    return "-" if value is None else f"{whole(value)}"
