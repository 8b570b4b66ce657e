"""Lines that are read together give what they give one by one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.core.events import Data, Notice
from tailwatch.core.families import Family
from tailwatch.core.gathering import Gathered
from tailwatch.core.plans import Runner
from tailwatch.core.shapes import Reader
from tailwatch.session import Session

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from in_turn import lines_in_turn


def box(step: int, loss: str, *, eval_too: bool = False) -> list[str]:
    """A box of Stable-Baselines3's form, maybe with the results of an evaluation."""
    return [
        "-" * 24,
        *(["| eval/      |         |", f"|    mean_reward | {step}.5  |"] if eval_too else []),
        "| time/      |         |",
        f"|    fps     | {100 + step % 9}     |",
        f"|    total_timesteps | {step * 64} |",
        "| train/     |         |",
        f"|    loss    | {loss}  |",
        f"|    std     | 0.{step:03d}   |",
        "-" * 24,
    ]


LOGS = {
    "steps": [f"step {i}: loss {2 - i / 1000:.4f}, lr {1e-3:.1e}" for i in range(900)],
    "epochs of steps": [f"epoch {e} [{s}/50] loss {1 / (1 + e + s / 50):.4f}" for e in range(1, 6) for s in range(1, 51)],
    "a value that is no number": [f"step {i} loss {'nan' if i == 321 else f'{1 / (1 + i):.5f}'}" for i in range(500)],
    "other lines between": [f"step {i} loss {1 / (1 + i):.5f}" if i % 7 else "saving to out dir" for i in range(600)],
    "a step said twice": [f"step {i // 2} loss {1 / (1 + i):.5f}" for i in range(300)],
    "a header and its values": [
        text
        for s in range(200)
        for text in (
            f"INFO [step={s}/900,epoch=0]",
            f"    train/loss={2 - s / 300:.4f}",
            f"    lr={1e-3 * s:.3g}",
            f"    mem={s}",
        )
    ],
    "training, validation, blank lines": [
        text
        for s in range(300)
        for text in (
            f"step {s}: train loss {2 - s / 300:.4f}",
            *([f"step {s}: val loss {2.1 - s / 300:.4f}", ""] if s % 5 == 0 else []),
        )
    ],
    "results among steps": [
        text
        for s in range(0, 900, 3)
        for text in (
            *([f"step {s}: train loss {2 - s / 900:.4f}, val loss {2.1 - s / 999:.4f}"] if s % 30 == 0 else []),
            *(["saving to out dir"] if s % 60 == 0 else []),
            *(f"iter {i}: loss {2 - i / 900:.4f}, time {300 + i % 7}.5ms, mfu {20 + i % 5}.25%" for i in range(s, s + 3)),
        )
    ],
    "ranks in turn": [f"[rank{r}] step {s} loss {1 / (1 + s + r):.4f}" for s in range(200) for r in range(3)],
    "a step said twice beside others": [
        f"step {s // 2} {name} {1 / (1 + s):.4f}" for s in range(300) for name in ("loss", "acc")
    ],
    "headings": [
        text
        for e in range(1, 8)
        for text in (
            f"Epoch {e}",
            "Training:",
            *(f"  loss: {1 / (e + s):.4f}" for s in range(40)),
            "Validation:",
            f"  loss: {1 / e:.4f}",
        )
    ],
    "numbers that nobody claims": [
        text
        for s in range(200)
        for text in (f"step {s} loss {1 / (1 + s):.4f}", f"sent 0x{s:04x} to 10.0.0.{s}", "  ", "done so far")
    ],
    "stamps on some lines": [
        text
        for s in range(200)
        for text in (
            f"2026-01-02 03:{s // 60:02d}:{s % 60:02d},000 step {s} loss {1 / (1 + s):.4f}",
            f"step {s} grad norm {s / 9:.3f}",
        )
    ],
    "bars of many lengths": [f"{s}/200 [{'=' * (s // 10)}>] - loss: {1 / (1 + s):.4f} - acc: {s / 200:.3f}" for s in range(201)]
    * 3,
    "a spike among others": [
        f"step {s} {name} {(50.0 if s == 400 else 1.0) / (1 + s % 7 / 50):.4f}" for s in range(700) for name in ("loss", "reg")
    ],
    "boxes": [text for s in range(60) for text in box(s, "12.5" if s % 7 else "125", eval_too=s % 9 == 4)],
    "a box with a value that is no number": [text for s in range(40) for text in box(s, "nan" if s == 21 else "0.5")],
    "a bar among the rows of boxes": [
        text
        for s in range(50)
        for i, row in enumerate(box(s, f"{1 / (1 + s):.4f}"))
        for text in (row, *([f"{s}/900 [=>..] - loss: {1 / (1 + s):.3f}"] if i == 2 + s % 4 else []))
    ],
    "a box with too many rows": [
        text
        for s in range(3)
        for text in (*box(s, "0.5")[:-1], *(f"|    loss_{chr(97 + i % 26)}  | {i}    |" for i in range(520)), "-" * 24)
    ],
    "epochs that go by within few lines": [
        f"[Epoch {e} Batch {s}/900] loss {1 / (1 + e):.3f}, lr 0.1" for e in range(60) for s in range(100, 900, 100)
    ],
    "a mark, a result and a setting among steps": [
        text
        for e in range(1, 40)
        for text in (
            f"Epoch {e}/40",
            *(f"epoch {e} step {s}/12 loss {1 / (e + s):.4f}" for s in range(1, 13)),
            f"epoch {e}: val_loss {1 / e:.4f}",
            f"Saving checkpoint to out/model_{e}.pt",
            "learning_rate: 0.001",
        )
    ],
    "a failure that training outlives": [
        text
        for s in range(400)
        for text in (
            *(["Traceback (most recent call last):", '  File "a.py", line 3', "ValueError: bad", ""] if s == 150 else []),
            f"step {s} grad_norm {s / 7:.3f}",
            *([f"step {s} loss {1 / (1 + s):.4f}"] if s % 3 == 0 else []),
        )
    ],
    "epochs that count from 1 and from 0": [
        text
        for e in range(1, 8)
        for text in (
            f"Epoch {e}/9",
            *(f"epoch {e - 1} step {s} loss {1 / (e + s):.4f} lr 1e-3" for s in range(e, 40)),
            f"val_loss {1 / e:.4f}",
        )
    ],
    "messages among steps": [
        text
        for s in range(300)
        for text in (
            *(["UserWarning: something odd happened"] if s % 20 == 9 else []),
            *(["Traceback (most recent call last):", "ValueError: bad"] if s % 90 == 50 else []),
            f"step {s} loss {1 / (1 + s):.4f}, lr 0.1",
        )
    ],
    "a rank that is named at first": [f"{'[rank1] ' if i < 8 else ''}step {i} loss {1 / (1 + i):.4f}" for i in range(40)],
    "the place of a box that is never closed, and its value below a heading": [
        *("Epoch 1/9", "step 0 loss 1.0000", "|    total_timesteps | 1     |", "step 1 val loss 1.0000", "step 1 loss 1.0000"),
        *("Training:", "|    loss    | 1.0000     |"),
    ],
    "an evaluation's own loops": [
        text
        for e in range(1, 9)
        for text in (
            *(f"Epoch: [{e}][{s}/60] Time 2.1 (2.2) Loss {1 / (e + s):.3f} (0.5)" for s in range(0, 60, 5)),
            *(f"Test: [{s}/{30 + e % 2}] Time 1.0 Loss {2 / (e + s + 1):.3f}" for s in range(e % 3, 31 + e % 2)),
            f"val loss {1 / e:.4f}",
        )
    ],
    "an evaluation's own loops alone": [f"Test: [{s % 31}/31] Time 1.0 Loss {2 / (s + 1):.3f}" for s in range(100)],
    "printed configurations": [
        text
        for n in range(30)
        for text in (
            "Configurations:",
            f"BATCH_SIZE                     {n % 2 + 4}",
            "BBOX_STD_DEV                   [0.1 0.1 0.2 0.2]",
            "LEARNING_RATE                  0.001",
            "MASK_POOL_SIZE                 14",
            "ROI_POSITIVE_RATIO             0.33",
            "USE_MINI_MASK                  True",
            "",
            f"{n + 7}/40 [00:01<00:02,  1.00it/s]",
            "MASK_POOL_SIZE                 14",
            f"epoch {n} loss {1 / (1 + n):.4f}",
            *(f"step {s} loss {1 / (1 + n + s):.4f}" for s in range(n % 5 * 3)),
        )
    ],
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
    unread = [(k.count, k.first_line, k.last_line) for k in session.unread.kinds()]
    read = sorted(session.lines_read.items()), sorted(session.run.points.items()), session.run.last_reading_line
    return repr(readings), repr(series), findings, session.run.progress, session.lines, unread, read


@pytest.mark.parametrize("name", LOGS)
def test_lines_read_together_say_the_same_as_one_by_one(name: str) -> None:
    """Points with their places, bests, progress, findings and account of what was not understood."""
    one_by_one = state(LOGS[name], 1)
    assert state(LOGS[name], 10_000) == one_by_one
    assert state(LOGS[name], 37) == one_by_one


@pytest.mark.parametrize("name", LOGS)
def test_a_line_that_says_nothing_is_passed_over_as_if_it_were_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost by not running its plan."""
    passed_over = state(LOGS[name], 10_000)
    monkeypatch.setattr(Family, "mute", property(lambda _: False))
    monkeypatch.setattr(Reader, "skim", lambda _, _block, at: at)
    assert state(LOGS[name], 10_000) == passed_over
    assert state(LOGS[name], 1) == passed_over


def test_rows_of_a_configuration_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above tests something."""
    read, run = [], Runner.run
    monkeypatch.setattr(Runner, "run", lambda runner, line, cursor: read.append(line.raw) or run(runner, line, cursor))
    state(LOGS["printed configurations"], 10_000)
    assert sum(raw.startswith(b"MASK_POOL_SIZE") for raw in read) == 0


def test_messages_keep_few_lines_from_being_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those around them are taken apart once, and read together up to each message and behind it."""
    read, run = [], Runner.run
    gathered, gather = [], Gathered.gather
    monkeypatch.setattr(Runner, "run", lambda runner, line, cursor: read.append(line.raw) or run(runner, line, cursor))
    monkeypatch.setattr(Gathered, "gather", lambda this, *known: gathered.append(this) or gather(this, *known))
    state(LOGS["messages among steps"], 10_000)
    assert len(read) < 30
    assert len(gathered) < 5


KINDS = (
    "step {n} loss {v}",
    "step {n} val loss {v}",
    "[rank1] step {n} loss {v}",
    "[rank0] step {n} loss {v}",
    "Epoch {e}/9",
    "epoch {e} step {n} loss {v} lr 1e-3",
    "[{n}/5000] loss {v} (1.5)",
    "  acc: {v}",
    "lr={v}",
    "Validation:",
    "Training:",
    "epoch {e}: val_acc {v}",
    "step {n}: train loss {v}, val loss {v}",
    "epoch {e}: train loss {v}, val loss {v}",
    "epoch {e}/9 [{n}/50] train loss {v}, val loss {v}",
    "iter {n}: loss {v}, time 3.5ms",
    "{n}/5000 [==>...] - loss: {v}",
    "| loss | {v} |",
    "-----------------",
    "| train/     |         |",
    "|    loss    | {v}     |",
    "|    total_timesteps | {n}     |",
    "|    explained_variance | nan |",
    "| eval/      |         |",
    "|    mean_reward | {v}     |",
    "Saving checkpoint to model_{n}.pt",
    "batch_size: {e}",
    "Test: [{e}/8] Loss {v}",
    "Epoch: [3][{e}/8] Loss {v}",
    "POOL_SIZE       {e}",
    "{n}/5000 [00:01<00:02,  1.00it/s]",
    "RuntimeError: CUDA out of memory",
    "",
    "saving to out dir",
    "sent 0x{n}f to 10.0.0.{n}",
    "WARNING: something odd happened",
    "step {n} loss nan",
)


@settings(max_examples=60, deadline=None)
@given(lines_in_turn(KINDS, most_times=30, most_turns=6), st.integers(2, 200))
def test_any_kinds_of_lines_in_turn_say_the_same_together_as_one_by_one(lines, together) -> None:
    """Whatever comes in turn, in whatever chunks."""
    one_by_one = state(lines, 1)
    assert state(lines, 100_000) == one_by_one
    assert state(lines, together) == one_by_one
