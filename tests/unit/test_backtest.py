"""What `replay --fast --show-alerts` writes of a log: when each alert would have come."""

from __future__ import annotations

import io
import math
import threading

from tailwatch.report.backtest import show_alerts
from tailwatch.sources.replay import Replay


def alerts(path) -> list[str]:
    """What `replay --fast --show-alerts` writes of a log."""
    out = io.StringIO()
    show_alerts(Replay(path, math.inf).events(threading.Event()), out)
    return out.getvalue().splitlines()


def stamped(vals: list[float]) -> str:
    return "".join(
        f"2026-01-31 {10 + i // 60:02}:{i % 60:02}:00 epoch {i + 1}/{len(vals)} train loss {1 / (i + 1):.4f} val loss {v:.4f}\n"
        for i, v in enumerate(vals)
    )


TURNS = [0.9, 0.7, 0.5, 0.4, 0.41, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.5, 0.52, 0.55, 0.58, 0.6]


def test_alerts_are_told_when_raised_and_when_they_become_critical(tmp_path):
    """Each once, with line, epoch, and how long before the end by the log's own stamps."""
    log = tmp_path / "train.log"
    log.write_text(stamped(TURNS))
    told = alerts(log)
    assert [line.split(": ")[1] for line in told] == ["warning", "critical"]
    raised = int(told[0].split("epoch ")[1].split(",")[0])
    assert told[0].startswith(f"line {raised} of 16, epoch {raised}, {16 - raised} m 00 s before the end")
    assert "best at epoch 4" in told[0]


def test_an_alert_that_is_over_says_so(tmp_path):
    """Validation comes back below its best: one line more, and nothing of a second alert."""
    log = tmp_path / "train.log"
    log.write_text(stamped([*TURNS[:12], 0.42, 0.38, 0.36, 0.35, 0.34, 0.33]))
    assert [line.split(": ")[1] for line in alerts(log)] == ["warning", "over"]


def test_a_log_without_trouble_tells_of_no_alert(tmp_path):
    log = tmp_path / "train.log"
    log.write_text(stamped([1 / (i + 1) for i in range(16)]))
    assert alerts(log) == ["No alert would have been raised."]
