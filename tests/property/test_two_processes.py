"""A log that is read in one process and judged in another gives what it gives in one."""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch import apart
from tailwatch.cli import main
from tailwatch.config import DEFAULTS
from tailwatch.core.errors import LogError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.core.text import ENGLISH, phrase
from tailwatch.pipe import receive
from tailwatch.reading import read
from tailwatch.relay import Relay, play
from tailwatch.report.build import build
from tailwatch.report.quotes import Quotes
from tailwatch.session import Session
from tailwatch.sources import whole
from tailwatch.sources.whole import read_once
from tailwatch.tui.history_child import read_file

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from in_turn import lines_in_turn

LOGS = sorted((Path(__file__).parents[2] / "sample_logs").glob("*/*.log"))
LINES = [f"epoch {1 + s // 400}/9 step {s} loss {2 / (1 + s):.4f} lr {1e-3:.1e}" for s in range(3000)]
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def story(session: Session) -> tuple[object, ...]:
    """All that a session knows, as text, because NaN equals nothing."""
    run = session.run
    series = [
        (key, s.points, s.version, s.best_at, s.before, [list(c) for c in (s.values, s.epochs, s.steps, s.lines)])
        for segment in run.segments
        for key, s in segment.series.items()
    ]
    return (
        repr(series),
        repr(session.findings.findings),
        repr([(s.kind, s.first_line, s.last_line, s.outcome, s.marks, s.settings) for s in run.segments]),
        repr((run.progress, run.line, run.rank, run.other_ranks, run.last_reading_line, run.spoken, vars(run.pace))),
        repr((vars(run.clock), sorted(run.points.items()), sorted(session.lines_read.items()))),
        repr(session.messages.entries()),
        repr((session.lines, session.bytes, session.redraws, session.waste, session.shapes)),
        repr([(k.example, k.count, k.first_line, k.last_line) for k in session.unread.kinds()]),
        json.dumps(build(session, "x.log", ENGLISH)),
    )


def relayed(events) -> Session:
    """As two processes do it, in one: what the intake tells goes through bytes."""
    reading, judging = Session(), Session()
    relay = Relay()
    reading.intake.tell(relay)
    for event in events:
        reading.intake.feed(event)
        judging.hear(event, len(event.data) if isinstance(event, Data) else 0)
        play(pickle.loads(pickle.dumps(relay.take(), pickle.HIGHEST_PROTOCOL)), judging)
    judging.take_over(pickle.loads(pickle.dumps(reading.intake)))
    return judging


def at_once(events) -> Session:
    session = Session()
    for event in events:
        session.feed(event)
    return session


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.stem}")
def test_a_sample_log_gives_the_same_in_two_processes(log: Path) -> None:
    """Series, findings, marks, messages, counts and the report."""
    session, quotes, other = Session(), Quotes(), Quotes()
    for changes in apart.fed(session, read_once(str(log)), quotes):
        assert changes.provisional is None
    alone = read(str(log), quotes=other)
    assert story(session) == story(alone)
    assert vars(quotes) == vars(other)


KINDS = (
    "step {n} loss {v}",
    "step {n} val loss {v}",
    "[rank1] step {n} loss {v}",
    "[rank0] step {n} loss {v}",
    "Epoch {e}/9",
    "epoch {e} step {n} loss {v} lr 1e-3",
    "Epoch 1/9",
    "loss: {v} acc: 0.{n}",
    "{n}/500 [==>...] - loss: {v}",
    "500/500 [=====] - loss: {v} - val_loss: {v}",
    "Validation:",
    "2026-01-02 03:04:{s:02d},000 step {n} loss {v}",
    "saving checkpoint to out/{n}.pt",
    "sent 0x{n}f to 10.0.0.{n}",
    "learning rate: 0.00{n}",
    "WARNING: something odd happened",
    "Traceback (most recent call last):",
    '  File "train.py", line {n}, in <module>',
    "RuntimeError: CUDA out of memory. Tried to allocate {n}.00 MiB",
    "[rank1]: torch.distributed.DistBackendError: NCCL error",
    "Resuming from checkpoint out/{n}.pt",
    "step {n} loss nan",
    "\x1b[32mstep {n}\x1b[0m loss {v}\r",
    "{n}%|##| {n}/100\rstep {n} loss {v}",
    "\x00\x00\xff\xfe {n}",
)


@settings(max_examples=80, deadline=None)
@given(
    lines_in_turn(KINDS, most_times=60, most_turns=8),
    st.lists(st.integers(1, 5000), max_size=6),
    st.sampled_from((Notice("rotated", 5.0), Notice("read", 5.0), Tick(5.0, writer_alive=True), Tick(900.0, writer_alive=False))),
)
def test_whatever_comes_gives_the_same_through_a_pipe(lines, cuts, between) -> None:
    """Any kinds of lines, crashes and restarts among them, in any chunks, with events of the source between."""
    raw = "\n".join(lines).encode()
    places = [0, *sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
    chunks = [Data(raw[a:b], float(i)) for i, (a, b) in enumerate(pairwise(places))]
    half = len(chunks) // 2
    events = [*chunks[:half], between, *chunks[half:], Tick(1e3, writer_alive=False), Notice("ended", 1e3)]
    assert story(relayed(events)) == story(at_once(events))


def test_the_session_can_be_fed_on_by_itself() -> None:
    """What the copy knew of the lines before counts for those after."""
    raw = "".join(f"{line}\n" for line in LINES).encode()
    half = len(raw) // 2
    first, second = Data(raw[:half], 0.0), [Data(raw[half:], 1.0), Notice("ended", 2.0)]
    session = Session()
    for _ in apart.fed(session, [first]):
        pass
    for event in second:
        session.feed(event)
    assert story(session)[:4] == story(at_once([first, *second]))[:4]


def test_a_session_that_another_process_began_goes_on_as_if_it_had_begun_here() -> None:
    """Which series are running values is known of the lines that were read there, and nothing is taken for another series."""
    lines = [
        line for e in range(1, 9) for line in (f"Epoch {e}/9", *(f"loss: {1 / (e + i):.4f}" for i in range(6)), f"acc: 0.{e}")
    ]
    before, after = ("".join(f"{line}\n" for line in part).encode() for part in (lines[:33], lines[33:]))
    code = (
        "import pickle, sys\nfrom tailwatch.core.events import Data\nfrom tailwatch.session import Session\n"
        "session = Session()\nsession.feed(Data(b'Epoch 1/9\\nmae: 0.5\\n', 0.0))\n"
        "session = Session()\nsession.feed(Data(sys.stdin.buffer.read(), 0.0))\n"
        "pickle.dump(session, sys.stdout.buffer)"
    )
    begun = subprocess.run([sys.executable, "-c", code], input=before, stdout=subprocess.PIPE, check=True).stdout
    session = pickle.loads(begun)
    events = [Data(after, 1.0), Notice("ended", 2.0)]
    for event in events:
        session.feed(event)
    assert story(session)[:2] == story(at_once([Data(before, 0.0), *events]))[:2]


def test_what_is_wrong_with_the_log_is_told_as_ever() -> None:
    """An error of the source in the copy is raised here, with its sentence."""

    def events():
        yield Data(b"step 1 loss 2\n", 0.0)
        raise LogError("{log} cannot be read: {why}.", log="x.log", why=phrase("Input/output error"))

    with pytest.raises(LogError, match=r"x\.log cannot be read: Input/output error\."):
        list(apart.fed(Session(), events()))


def sent_by_history(log: Path) -> tuple[Session, list]:
    """What the monitor is sent by the process that reads its history: the session, and the reports before it."""
    sent = io.BytesIO()
    read_file(os.fsencode(log), sent, DEFAULTS, ENGLISH)
    sent.seek(0)
    reports = []
    while not reports or not reports[-1].session:
        reports.append(receive(sent))
    return pickle.loads(reports[-1].session), reports[:-1]


@pytest.mark.parametrize("lost", [False, True])
def test_the_monitors_history_is_the_same_in_two_processes(lost, tmp_path, monkeypatch) -> None:
    """Its session and its last lines, though the file ends within a line; also where the copy is lost."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"{line}\n" for line in LINES * 4) + "epoch 9/9 step 4000 loss n")
    monkeypatch.setattr(apart, "possible", lambda _: False)
    expected, alone = sent_by_history(log)
    shared = []
    monkeypatch.setattr(apart, "possible", lambda _: shared.append(log) or True)
    monkeypatch.setattr("tailwatch.tui.history_child.PREVIEW_ABOVE", 1)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    if lost:
        monkeypatch.setattr(apart, "_send_all", lambda *_: None)
    session, reports = sent_by_history(log)
    assert shared
    assert story(session) == story(expected)
    assert reports[-1].lines == alone[-1].lines
    assert [r.offset for r in reports][-3:] == [r.offset for r in alone][-3:]


@pytest.mark.parametrize("how", ["killed", "failed"])
def test_a_log_whose_copy_is_lost_is_read_in_one_process(how, tmp_path, monkeypatch, capsys) -> None:
    """Nothing is missing from the report, and nothing but the report is written."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"{line}\n" for line in LINES))
    assert main(["report", str(log), "--format", "json"]) == 0
    expected = capsys.readouterr()
    lost = []

    def send(*_):
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError(how)

    def possible(_):
        lost.append(how)
        return True

    monkeypatch.setattr(whole, "LONG", 1)
    monkeypatch.setattr(apart, "possible", possible)
    monkeypatch.setattr(apart, "_send_all", send)
    assert main(["report", str(log), "--format", "json"]) == 0
    assert lost
    assert capsys.readouterr() == expected


@pytest.mark.parametrize("blocks", [0, 1, 99])
def test_an_export_is_the_same_in_two_processes(blocks, tmp_path, monkeypatch, capsys) -> None:
    """Also where the copy is lost after some blocks: nothing is written twice, and nothing is missing."""
    log = tmp_path / "x.log"
    log.write_text("".join(f"{line}\n{i}%|##| {i}/9\r\n[rank1] loss {i}.5\n" for i, line in enumerate(LINES)) + "loss: 0.5")
    assert main(["export", str(log)]) == 0
    expected = capsys.readouterr()
    sent, asked = [], []

    def send(pipe, value):
        sent.append(value)
        if len(sent) > blocks:
            os.kill(os.getpid(), signal.SIGKILL)
        pipe_send(pipe, value)

    pipe_send = apart.send
    monkeypatch.setattr(whole, "LONG", 1)
    monkeypatch.setattr(whole, "BLOCK", 50_000)
    monkeypatch.setattr(apart, "possible", lambda _: asked.append(1) or True)
    monkeypatch.setattr(apart, "send", send)
    assert main(["export", str(log)]) == 0
    assert asked
    assert capsys.readouterr() == expected
