"""The commands' contracts: exit codes, errors as one sentence, events as JSON lines."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tailwatch import commands
from tailwatch.arguments import parse
from tailwatch.core.errors import UsageError

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_logs"


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "tailwatch", *arguments], input=stdin, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", str(SAMPLES / "keras/one_device_healthy.log")], 0),
        (["check", str(SAMPLES / "keras/seven_replicas_overfit.log")], 1),
        (["check", "--fail-on", "critical", str(SAMPLES / "keras/seven_replicas_overfit.log")], 0),
        (["check", "/no/such.log"], 3),
        (["check", str(SAMPLES)], 2),
        (["report"], 2),
        (["report", "--format", "nonsense", "x"], 2),
        (["report", "--at", "yesterday", str(SAMPLES / "nanogpt/overfit.log")], 2),
        (["no_such_command_or_log.log", "--no-wait"], 2),
    ],
)
def test_exit_codes_tell_health_usage_and_unreadable_logs(arguments: list[str], code: int) -> None:
    """0 healthy, 1 findings, 2 usage, 3 unreadable; an error is one sentence on stderr and never a traceback."""
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    if code > 1:
        assert done.stderr.count(b"\n") == 1
        assert b"Traceback" not in done.stderr


def test_a_compressed_log_reads_like_the_plain_one(tmp_path: Path) -> None:
    """The magic bytes decide, not the name; a cut archive gives what it still holds."""
    plain = SAMPLES / "pytorch/chinese_prints_overfit.log"
    packed = tmp_path / "a.log"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    reports = [json.loads(run("report", "--format", "json", str(p)).stdout) for p in (plain, packed)]
    for report in reports:
        report.pop("log")
    assert reports[0] == reports[1]
    long = SAMPLES / "keras/one_device_healthy.log"
    whole = gzip.compress(long.read_bytes())
    packed.write_bytes(whole[: len(whole) * 3 // 4])
    assert json.loads(run("report", "--format", "json", str(packed)).stdout)["lines"] > 0


def test_export_gives_every_value_its_place() -> None:
    """Each JSON line carries the contract's keys, and the line and offset where the value stands in the file."""
    log = SAMPLES / "nanogpt/overfit.log"
    raw = log.read_bytes()
    points = [json.loads(line) for line in run("export", "--format", "jsonl", str(log)).stdout.splitlines()]
    keys = [
        "log",
        "segment",
        "series",
        "metric",
        "split",
        "axis",
        "epoch",
        "step",
        "time",
        "value",
        "unit",
        "rank",
        "part",
        "line",
        "offset",
    ]
    assert all(list(p) == keys for p in points)
    first = next(p for p in points if p["split"] == "val")
    text = raw[first["offset"] :].split(b"\n", 1)[0]
    assert raw[: first["offset"]].count(b"\n") + 1 == first["line"]
    assert str(first["value"]).encode() in text


def test_export_counts_the_values_of_a_log_that_names_no_place(tmp_path: Path) -> None:
    """Where a log names neither epoch nor step, a curve can be drawn against the count of its values."""
    log = tmp_path / "plain.log"
    log.write_text("train loss: 0.9\nval loss: 0.8\ntrain loss: 0.7\nval loss: 0.6\n")
    points = [json.loads(line) for line in run("export", "--format", "jsonl", str(log)).stdout.splitlines()]
    assert [(p["series"], p["axis"], p["epoch"], p["step"], p["value"]) for p in points] == [
        ("train loss", "index", None, 1, 0.9),
        ("val loss", "index", None, 1, 0.8),
        ("train loss", "index", None, 2, 0.7),
        ("val loss", "index", None, 2, 0.6),
    ]


def test_a_spreadsheet_sees_no_formula(tmp_path: Path) -> None:
    """A series name that begins like a formula is kept from being one in CSV."""
    log = tmp_path / "x.log"
    log.write_text('{"epoch": 1, "loss": 0.5, "@SUM(A1)loss": 0.25}\n')
    out = run("export", "--format", "csv", str(log)).stdout.decode()
    assert not any(cell[:1] in "=@+" for line in out.splitlines() for cell in line.split(",") if cell)


def test_values_of_other_ranks_are_other_curves(tmp_path: Path) -> None:
    """The first rank's series have the printed names; nothing of the others is lost, and the report counts it."""
    log = tmp_path / "run.log"
    log.write_text("".join(f"[rank{r}] Epoch {n} done | train_loss {1 / n + r:.3f}\n" for n in (1, 2) for r in (0, 1)))
    points = [json.loads(line) for line in run("export", "--format", "jsonl", str(log)).stdout.splitlines()]
    assert [(p["series"], p["rank"], p["value"]) for p in points] == [
        ("train_loss", 0, 1.0),
        ("[rank1] train_loss", 1, 2.0),
        ("train_loss", 0, 0.5),
        ("[rank1] train_loss", 1, 1.5),
    ]
    assert b"2 values that other ranks printed" in b" ".join(run("report", "--lang", "en", str(log)).stdout.split())


def test_a_mistyped_command_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    """Not so where a log has that name: then the rest of the command line is what is wrong."""
    done = run("reprot", "run.log")
    assert (done.returncode, done.stderr) == (2, b"tailwatch: there is no command 'reprot'; did you mean 'report'?\n")
    (tmp_path / "reports").write_text("epoch 1 loss 0.5\n")
    assert b"run.log" in run(str(tmp_path / "reports"), "run.log").stderr
    assert b"other.log" in run("run.log", "other.log").stderr


def test_a_mistyped_command_alone_is_not_waited_for_as_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor waits for logs that are to come, but not for one of nearly a command's name; one that is there is meant."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="did you mean"):
        parse(["explian"])
    assert parse(["nohup"]).run is commands.monitor
    assert parse(["./explian"]).run is commands.monitor
    (tmp_path / "explian").touch()
    assert parse(["explian"]).run is commands.monitor


def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all, or of one command."""
    for words, said in ((["help"], "commands:"), (["help", "check"], "--fail-on")):
        with pytest.raises(SystemExit) as ended:
            parse(words)
        assert ended.value.code == 0
        assert said in capsys.readouterr().out


def test_a_wrong_choice_is_told_with_those_there_are() -> None:
    """In both languages; the words of argparse differ from one Python to the next."""
    assert run("export", "--lang", "en", "--format", "parquet", "x").stderr == (
        b"tailwatch: argument --format: 'parquet' is none of csv, jsonl; see 'tailwatch export --help'.\n"
    )
    assert "不是 csv, jsonl 之一" in run("export", "--lang", "zh", "--format", "parquet", "x").stderr.decode()
    assert b"'fast' is no number" in run("replay", "--lang", "en", "--speed", "fast", "x").stderr


def test_watch_writes_events_as_they_come() -> None:
    """A NaN in a pipe is one finding event, an epoch one epoch event, the end of the pipe one ended event."""
    done = run("watch", "-", "--format", "jsonl", stdin=b"epoch 1 loss 0.5\nepoch 2 loss nan\n")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    findings = [e for e in events if e["event"] == "finding"]
    assert [f["id"] for f in findings] == ["not_a_number"]
    assert findings[0]["place"]["line"] == 2
    assert events[-1]["event"] == "ended" or any(e["event"] == "ended" for e in events)
    assert any(e["event"] == "epoch" and e["epoch"] == 2 for e in events)


def test_watch_says_that_a_run_is_worse_than_its_baseline() -> None:
    """As the report does, while it happens."""
    healthy, log = (str(SAMPLES / "keras" / f"{name}.log") for name in ("one_device_healthy", "seven_replicas_overfit"))
    done = run("watch", "-", "--format", "jsonl", "--baseline", healthy, stdin=Path(log).read_bytes())
    found = [e["id"] for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "finding"]
    assert "regression" in found
    missing = run("watch", "-", "--baseline", "no/such.log", stdin=b"epoch 1 loss 0.5\n")
    assert (missing.returncode, missing.stderr.count(b"\n")) == (3, 1)


def test_the_report_keeps_to_eighty_columns() -> None:
    """Every line of the text report fits a terminal of 80 columns, wide characters counted as two."""
    from wcwidth import wcswidth  # noqa: PLC0415 - a dependency of the test tools

    for log in SAMPLES.glob("*/*.log"):
        for line in run("report", str(log)).stdout.decode().splitlines():
            assert wcswidth(line) <= 80 or "�" in line, line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["export", "report", "status", "explain", "--version"])
def test_a_full_disk_is_told_in_one_sentence(command: str) -> None:
    asked = {"explain": ["CUDA out of memory"], "--version": []}.get(command, [str(SAMPLES / "nanogpt/overfit.log")])
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "tailwatch", command, *asked], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.stderr == "tailwatch: What tailwatch prints cannot be written: No space left on device.\n"
    assert done.returncode == 2


def test_a_closed_output_is_no_error() -> None:
    """`tailwatch report LOG >&-`: the caller wants to see nothing."""
    log = SAMPLES / "nanogpt/overfit.log"
    done = subprocess.run(
        ["sh", "-c", '"$0" -m tailwatch report "$1" >&-', sys.executable, log], stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pipe_that_closes_early_is_no_error() -> None:
    """`tailwatch export LOG | head -1` ends quietly."""
    log = SAMPLES / "keras/one_device_healthy.log"
    script = f"{sys.executable} -m tailwatch export {log} | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60)
    assert done.stdout.startswith(b"log,")
    assert b"Traceback" not in done.stderr
