"""Snapshots of runs as the panels get them, and their rows as text."""

from __future__ import annotations

from pathlib import Path

from tailwatch.core.events import Data, Notice, Tick
from tailwatch.session import Session
from tailwatch.tui.paint import Row, plain
from tailwatch.tui.snapshot import Snapshot, SourceState
from tailwatch.tui.view import SnapshotMaker

SAMPLES = Path(__file__).parents[2] / "sample_logs"
AT = 1_700_000_000.0
NASTY = "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e[bold][@click=app.quit]x[/]"


def snapshot_of(text: bytes, source: SourceState | None = None, *, alive: bool | None = True) -> Snapshot:
    """Return what the screen shows of a log that was read three seconds ago."""
    session = Session(keep_lines=True, live=True)
    session.feed(Data(text, AT))
    session.feed(Tick(AT + 3, alive))
    session.feed(Notice("read", AT + 3))
    return SnapshotMaker("runs/nohup.out").make(session, source or SourceState("live"))


def sample(name: str) -> Snapshot:
    """The same of a sample log."""
    return snapshot_of((SAMPLES / name).read_bytes())


def text_of(rows: list[Row]) -> str:
    """Rows as they are read, one a line."""
    return "\n".join(plain(cells) for cells in rows)
