"""Genuine logs, read whole as `report` does it, or played as they were written: by a process that lives, in virtual time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tailwatch.config import DEFAULTS, load
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.reading import baseline_of
from tailwatch.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tailwatch.core.events import Finding, SourceEvent

ROOT = Path(__file__).parents[2]
GENUINE = ROOT / "tests" / "data" / "genuine"
SAMPLES = sorted((ROOT / "sample_logs").glob("*/*.log"))
MADE = sorted(GENUINE.glob("*/*.log"))
ALL = [*SAMPLES, *MADE]
LINE_S = 1.0
GONE_S = 4


class Piece(NamedTuple):
    """Bytes that came at a time, in seconds since the beginning."""

    at: float
    data: bytes


def name_of(log: Path) -> str:
    """Return the name of a test's parameter."""
    return f"{log.parent.name}/{log.stem}"


def session_for(log: Path) -> Session:
    """Return a fresh session, with the settings and the baseline that lie beside a log."""
    config, baseline = log.with_name("config.toml"), log.with_name("baseline.log")
    settings = load({"config": str(config)}, {}) if config.exists() else DEFAULTS
    compared = baseline_of(str(baseline), settings) if baseline.exists() and baseline != log else None
    return Session(settings=settings, baseline=compared)


def whole(log: Path) -> Session:
    """Read a log in one piece."""
    return fed(session_for(log), [Data(log.read_bytes(), 0.0), Notice("ended", 0.0)])


def fed(session: Session, events: Iterable[SourceEvent]) -> Session:
    """Feed a session."""
    for event in events:
        session.feed(event)
    return session


def is_timed(log: Path) -> bool:
    """Whether it is known when each piece of a log was written."""
    return log.with_suffix(".timing.jsonl").exists()


def pieces(log: Path) -> list[Piece]:
    """Return a log as it was written, else line by line."""
    raw = log.read_bytes()
    if not is_timed(log):
        return [Piece(LINE_S * i, line) for i, line in enumerate(raw.splitlines(keepends=True))]
    rows = map(json.loads, log.with_suffix(".timing.jsonl").read_text(encoding="ascii").splitlines())
    return [Piece(at, raw[offset : offset + length]) for at, offset, length in rows]


def lived(written: Iterable[Piece]) -> Iterator[SourceEvent]:
    """Yield what a follower sees of a living writer: a tick a second; then it is gone, and the log has ended."""
    now = 0.0
    for at, data in written:
        while now + 1 < at:
            now += 1
            yield Tick(now, writer_alive=True)
        now = max(now, at)
        yield Tick(now, writer_alive=True)
        yield Data(data, now)
    yield from (Tick(now + n, writer_alive=False) for n in range(1, GONE_S))
    yield Notice("ended", now + GONE_S)


def live(log: Path) -> Session:
    """Play a log as it was written."""
    return fed(session_for(log), lived(pieces(log)))


def of(session: Session, identity: str) -> list[Finding]:
    """Return the findings of one kind, in the order of their opening."""
    return [f for f in session.findings.findings if f.opinion.id == identity]
