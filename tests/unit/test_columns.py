"""Lines that are read together give what they give one by one."""

from __future__ import annotations

import pytest

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session

LOGS = {
    "steps": [f"step {i}: loss {2 - i / 1000:.4f}, lr {1e-3:.1e}" for i in range(900)],
    "epochs of steps": [f"epoch {e} [{s}/50] loss {1 / (1 + e + s / 50):.4f}" for e in range(1, 6) for s in range(1, 51)],
    "a value that is no number": [f"step {i} loss {'nan' if i == 321 else f'{1 / (1 + i):.5f}'}" for i in range(500)],
    "other lines between": [f"step {i} loss {1 / (1 + i):.5f}" if i % 7 else "saving to out dir" for i in range(600)],
    "a step said twice": [f"step {i // 2} loss {1 / (1 + i):.5f}" for i in range(300)],
    "without any place": [f"loss {1 / (1 + i):.5f} acc {i / 3000:.4f}" for i in range(2000)],
}


def state(lines: list[str], together: int) -> tuple[object, ...]:
    session = Session(keep_readings=True)
    readings = []
    for at in range(0, len(lines), together):
        block = "".join(f"{line}\n" for line in lines[at : at + together]).encode()
        readings += session.feed(Data(block, 0.0)).readings
    readings += session.feed(Notice("ended", 0.0)).readings
    series = [(k, s.points, s.best_at, list(s.values), list(s.lines)) for k, s in session.run.segment.series.items()]
    findings = [(f.key, f.opened, f.raised, f.closed) for f in session.findings.findings]
    return repr(readings), repr(series), findings, session.run.progress, session.lines


@pytest.mark.parametrize("name", LOGS)
def test_lines_read_together_say_the_same_as_one_by_one(name: str) -> None:
    """Points with their places, bests, progress and findings."""
    assert state(LOGS[name], 10_000) == state(LOGS[name], 1)
