"""Earlier runs are remembered in numbers, by several instances at once, and never stand in the way of a report."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tailwatch.cli import main
from tailwatch.core.text import render
from tailwatch.history.record import Record
from tailwatch.history.store import MOST_RUNS, Store

KERAS = Path(__file__).parents[2] / "sample_logs" / "keras"
GOOD = (KERAS / "one_device_healthy.log").read_bytes()
BAD = (KERAS / "seven_replicas_overfit.log").read_bytes()


IMPORTS = """
import sys
from pathlib import Path
from tailwatch.history.store import Store
from tailwatch.history.record import Record
tell = lambda said: print(said.template)
"""


def row(number: int, *, alarms: int = 0, kind: int = 1, folder: str = "/x") -> Record:
    return Record(f"{folder}/{number}.log", number, float(number), "finished", alarms, kind, "{}")


def store(path: Path) -> tuple[Store, list[str]]:
    told: list[str] = []
    return Store(path / "tailwatch" / "runs.sqlite", lambda said: told.append(render(said))), told


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def ages(path: Path, seconds: int, data: bytes) -> str:
    path.write_bytes(data)
    os.utime(path, (seconds, seconds))
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert main(list(arguments)) == 0
    done = capsys.readouterr()
    return done.out, done.err


def test_the_last_run_that_went_well_in_the_folder_is_the_baseline(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same path written anew: the healthy run is remembered with its curves, though its log is gone."""
    log = tmp_path / "nohup.out"
    first, _ = told(capsys, "report", ages(log, 1000, GOOD))
    assert "baseline" not in first.partition("DIAGNOSIS")[0]
    second, errors = told(capsys, "report", ages(log, 2000, BAD))
    assert "remembered" in second.partition("DIAGNOSIS")[0]
    assert "Worse than the baseline: best validation loss 0.35 against 0.0327" in " ".join(second.split())
    assert errors == ""
    runs = json.loads(told(capsys, "runs", str(tmp_path), "--format", "json")[0])
    assert [(r["outcome"], r["went_well"]) for r in runs] == [("early_stopped", False), ("finished", True)]


def test_another_folder_or_another_kind_of_run_is_no_baseline(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what prints the same names is compared unasked."""
    (tmp_path / "other").mkdir()
    told(capsys, "report", ages(tmp_path / "a.log", 1000, GOOD))
    there, _ = told(capsys, "report", ages(tmp_path / "other" / "b.log", 2000, BAD))
    kind, _ = told(
        capsys,
        "report",
        ages(tmp_path / "c.log", 2000, b"epoch 1/2 train loss 2 val loss 9\nepoch 2/2 train loss 1 val loss 8\n"),
    )
    assert "baseline" not in there.partition("DIAGNOSIS")[0]
    assert "baseline" not in kind.partition("DIAGNOSIS")[0]


def test_programs_get_what_their_arguments_say(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and check know the history only when asked, and `none` turns it off for people."""
    told(capsys, "report", ages(tmp_path / "a.log", 1000, GOOD))
    log = ages(tmp_path / "b.log", 2000, BAD)
    assert json.loads(told(capsys, "report", "--format", "json", log)[0])["baseline"] is None
    asked = json.loads(told(capsys, "report", "--format", "json", "--baseline", "last", log)[0])
    assert asked["baseline"]["remembered"] is True
    assert "regression" in {f["id"] for f in asked["findings"]}
    assert "baseline" not in told(capsys, "report", "--baseline", "none", log)[0].partition("DIAGNOSIS")[0]


def test_a_report_read_twice_is_one_run_and_no_baseline_of_itself(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same log again changes nothing."""
    log = ages(tmp_path / "a.log", 1000, GOOD)
    first, second = told(capsys, "report", log)[0], told(capsys, "report", log)[0]
    assert first == second
    assert len(json.loads(told(capsys, "runs", "--format", "json")[0])) == 1


def test_only_the_path_and_numbers_are_kept(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No line, no name and no setting that is text gets into the file."""
    secret = (
        b"api_key=hunter2secret\nstrategy: SecretStrategy, replicas: 2\nEpoch 1/2 train loss 0.5 val loss 0.4 secretloss 3.5\n"
    )
    told(capsys, "report", ages(tmp_path / "a.log", 1000, secret + b"Epoch 2/2 train loss 0.4 val loss 0.3 secretloss 2.5\n"))
    kept = (state / "tailwatch" / "runs.sqlite").read_bytes()
    assert str(tmp_path / "a.log").encode() in kept
    assert b"0.4" in kept
    assert b"secret" not in kept.replace(str(tmp_path).encode(), b"").lower()


def test_forgetting_and_switching_off(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One log, all, or never."""
    a, b = ages(tmp_path / "a.log", 1000, GOOD), ages(tmp_path / "b.log", 2000, BAD)
    told(capsys, "report", a, b)
    assert "1" in told(capsys, "runs", "--forget", a)[0]
    assert [r["log"] for r in json.loads(told(capsys, "runs", "--format", "json")[0])] == [b]
    told(capsys, "runs", "--forget-all")
    monkeypatch.setenv("TAILWATCH_HISTORY", "off")
    told(capsys, "report", a)
    monkeypatch.delenv("TAILWATCH_HISTORY")
    assert json.loads(told(capsys, "runs", "--format", "json")[0]) == []


def test_two_instances_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four processes write fifty runs each into a history that does not exist yet."""
    code = (
        IMPORTS + "s = Store(Path(sys.argv[1]), lambda told: sys.exit(told)); n = int(sys.argv[2])\n"
        "[s.add([Record(f'/x/{i}.log', i, float(i), 'finished', 0, 1, '{}')]) for i in range(50 * n, 50 * n + 50)]"
    )
    path = tmp_path / "tailwatch" / "runs.sqlite"
    jobs = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)], stderr=subprocess.PIPE) for n in range(4)]
    assert [(job.communicate(timeout=60)[1], job.returncode) for job in jobs] == [(b"", 0)] * 4
    kept, notices = store(tmp_path)
    assert len(kept.runs()) == 200
    assert notices == []


def test_a_full_disk_costs_one_sentence_and_nothing_that_was_there(tmp_path: Path) -> None:
    """Writes fail for real, beyond a size that no file of the process may exceed."""
    kept, _ = store(tmp_path)
    assert kept.add([row(1), row(2)])
    size = kept.path.stat().st_size

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    code = (
        IMPORTS
        + "ok = Store(Path(sys.argv[1]), tell).add([Record('/x/big.log', 9, 9.0, 'finished', 0, 1, 'x' * 1000000)]); print(ok)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(kept.path)], preexec_fn=full, capture_output=True, text=True, timeout=60
    )
    sentence, ok = done.stdout.splitlines()
    assert ok == "False"
    assert sentence.startswith("this run is not remembered: ")
    assert [r.key for r in kept.runs()] == [2, 1]


def damage_head(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)


def damage_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8192:] = os.urandom(len(data) - 8192)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("damage", [damage_head, damage_middle])
def test_a_damaged_history_is_set_aside_and_begun_anew(tmp_path: Path, damage: object) -> None:
    """The damaged bytes stay beside it, a sentence says so, and the new run is remembered."""
    kept, notices = store(tmp_path)
    kept.add([row(n)._replace(numbers="1" * 500) for n in range(200)])
    damage(kept.path)  # type: ignore[operator]
    before = kept.path.read_bytes()
    assert kept.add([row(1000)])
    assert 1000 in [r.key for r in kept.runs()]
    aside = list(kept.path.parent.glob("*.damaged-*"))
    assert [a.read_bytes() for a in aside] == [before]
    assert len(notices) == 1
    assert "damaged" in notices[0]
    kept.add([row(1001)])
    assert len(notices) == 1


def test_two_instances_that_find_the_damage_mend_it_once(tmp_path: Path) -> None:
    """The second one sees the mended file and does not set that aside."""
    kept, _ = store(tmp_path)
    kept.add([row(1)])
    damage_head(kept.path)
    code = (
        IMPORTS
        + "n = int(sys.argv[2])\n"
        + "sys.exit(not Store(Path(sys.argv[1]), tell).add([Record(f'/x/{n}', n, 1.0, 'finished', 0, 1, '{}')]))"
    )
    jobs = [subprocess.Popen([sys.executable, "-c", code, str(kept.path), str(n)], stdout=subprocess.PIPE) for n in range(4)]
    assert [job.wait(timeout=60) for job in jobs] == [0] * 4
    assert sorted(r.key for r in kept.runs()) == [0, 1, 2, 3]
    assert len(list(kept.path.parent.glob("*.damaged-*"))) == 1


@pytest.mark.parametrize("home", ["a_file", "missing/../\0", "/proc/nowhere", "relative"])
def test_a_state_directory_that_cannot_be_used_never_stops_a_report(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report is whole; at most one sentence a reading says that the run is not remembered."""
    (tmp_path / "a_file").write_text("x")
    monkeypatch.setenv("HOME", "/proc/nowhere")
    if "\0" not in home:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / home) if home == "a_file" else home)
    out, errors = told(capsys, "report", ages(tmp_path / "a.log", 1000, GOOD))
    assert "Finished without trouble" in out
    assert errors.count("\n") <= 2
    assert "Traceback" not in errors


def test_a_history_of_a_newer_tailwatch_is_left_alone(tmp_path: Path) -> None:
    """It is neither read nor written."""
    kept, notices = store(tmp_path)
    kept.add([row(1)])
    with sqlite3.connect(kept.path) as db:
        db.execute("PRAGMA user_version = 99")
    before = kept.path.read_bytes()
    assert not kept.add([row(2)])
    assert "newer" in notices[0]
    assert kept.path.read_bytes() == before


def test_the_oldest_runs_go_when_there_are_too_many(tmp_path: Path) -> None:
    """The newest are kept."""
    kept, _ = store(tmp_path)
    kept.add([row(n) for n in range(MOST_RUNS + 10)])
    assert [r.key for r in kept.runs()] == list(range(MOST_RUNS + 9, 9, -1))


def test_an_unknown_form_of_numbers_costs_one_sentence(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row that somebody edited is not compared with, and the report is whole."""
    told(capsys, "report", ages(tmp_path / "a.log", 1000, GOOD))
    with sqlite3.connect(state / "tailwatch" / "runs.sqlite") as db:
        db.execute("UPDATE runs SET numbers = '[]'")
    out, errors = told(capsys, "report", ages(tmp_path / "b.log", 2000, BAD))
    assert "Overfitting" in out
    assert errors.count("\n") == 1
    assert "?" in told(capsys, "runs")[0]
