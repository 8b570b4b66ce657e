"""Lines written to slow a reader down: the time for each grows with its length alone, and that for a log with its lines.

Nothing is timed. Each line is as long as a line is read at most; if anything went over it again and again, for every
character once more, the tests would not end within the limit of time that every test has.
"""

from __future__ import annotations

import pytest

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session

LENGTH = 60_000
LINES = 2_000

UNITS = (
    *(
        b" ",
        b"0",
        b"7",
        b"1 ",
        b"1,",
        b"1.",
        b"0.1.",
        b"0.5 ",
        b"0,000",
        b"1-",
        b"1e+",
        b"e-",
        b"0x1f ",
        b"nan ",
        b"inf ",
        b"00:00",
        b"1:2",
    ),
    *(
        b"loss=",
        b"loss ",
        b"loss,",
        b"loss/",
        b"loss: 1 ",
        b"val_loss ",
        b"lr: 1e-3, ",
        b"- loss: 1 ",
        b"best: 1 ",
        b"mAP ",
        b"a1 ",
    ),
    *(b"(", b")", b"( ", b"()", b"[", b"[]", b"[=", b"{", b"{}", b'{"loss": ', b"{'a': 1, ", b"(0.5) ", b"0.5 (0.5) ", b"a(1) "),
    *(
        b"|",
        b"| ",
        b"a: 1 | ",
        b":",
        b"::",
        b": ",
        b"x: y: ",
        b";",
        b",",
        b", ",
        b".",
        b". ",
        b"=",
        b"=>",
        b"-",
        b"- ",
        b"_",
        b"a_",
        b"+",
    ),
    *(
        b"#",
        b"##",
        b"*",
        b"~",
        b"`",
        b"$",
        b"%",
        b"1% ",
        b"100%|",
        b"<",
        b">",
        b"<a> ",
        b'"',
        b"'",
        b"\\",
        b"/",
        b"a/",
        b"a.b.",
        b"a@b ",
    ),
    *(
        b"epoch ",
        b"Epoch 1/",
        b"step 1 ",
        b"step: ",
        b"1/2 ",
        b"it/s ",
        b"[rank0] ",
        b"[rank0]: ",
        b"Train ",
        b"Validation: ",
        b"@[ IoU=",
    ),
    *(
        b"2026-01-01 ",
        b"12:34:56 ",
        b"2026-01-01T12:34:56.789 ",
        b"W0000 00:00:00.0 ",
        b"INFO:a:",
        b"[1]\ttrain-rmse:0.5",
        b"http://a/b ",
    ),
    *(
        b"Traceback (most recent call last): ",
        b"Error: ",
        b"ValueError: ",
        b'  File "a.py", line 3, in f',
        b"Warning: ",
        b"NaN or Inf ",
    ),
    *(
        b"CUDA out of memory. ",
        b"improved from 1 to ",
        b"saved to ",
        b"checkpoint ",
        b"a",
        b"A",
        b"a ",
        b"a1b2",
        b"\t",
        b"\xff",
        b"\0",
        b"\b",
    ),
    *(
        b"\r",
        b"\rloss 1",
        b"\r        ",
        b"\r 10%|##| 1/10 [00:01<00:02, 3it/s]",
        b"\x1b[0m",
        b"\x1b[",
        b"\x1b]",
        b"\x1b[A",
        b"\x1b[1;",
    ),
    *(text.encode() for text in ("é", "损失", "第1轮 ", "│", "█", "━", "á", "\u202e", "。")),
    "第1轮".encode("gbk"),
)
HEADS = (b"", b"step 1 loss 0.5 ", b"WARNING: ", b"Epoch 1/10 ")


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.decode() or "nothing before")
def test_a_long_line_of_one_thing_again_and_again_is_read_once(head: bytes) -> None:
    """All lines and dialects, messages and diagnoses; the line after it is read as ever."""
    for unit in UNITS:
        session = Session(live=True)
        line = head + (unit * (LENGTH // len(unit)))[: LENGTH - len(head)]
        session.feed(Data(line[: LENGTH // 2], 0.0))
        session.feed(Data(line[LENGTH // 2 :] + b" loss 0.5\n", 1.0))
        session.feed(Data(b"step 7 total_loss 0.25\n", 2.0))
        session.feed(Notice("ended", 3.0))
        assert session.lines == 2, unit


def word(number: int) -> str:
    """A word of letters for each number."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:o}")


LOGS = {
    "new words beside a number": lambda i: f"step {i} {word(i)} {i / 7:.4f}",
    "texts without numbers": lambda i: f"{word(i)} {word(i * 7)} and {word(i * 31)}",
    "messages without end": lambda i: f"WARNING: {word(i)} {word(i * 7)} failed",
    "errors of one class": lambda i: f"ValueError: {word(i)}",
    "memory that is full each time anew": lambda i: f"torch.OutOfMemoryError: CUDA out of memory {word(i)}",
    "errors while training goes on": lambda i: f"step {i} loss {1 / (1 + i):.4f}" if i % 2 else f"ValueError: {word(i)}",
    "a traceback without end": lambda i: f'  File "{word(i)}.py", line {i}, in f' if i else "Traceback (most recent call last):",
    "tracebacks that only begin": lambda i: "Traceback (most recent call last):",
    "tracebacks of many ranks": lambda i: f"[rank{i % 300}]: Traceback (most recent call last):",
    "a message that goes on": lambda i: f"    {word(i)}" if i else "ERROR: x",
    "warnings of Python": lambda i: "  warnings.warn(x)" if i % 2 else f"/a/{word(i)}.py:3: UserWarning: {word(i * 3)}",
    "epochs": lambda i: f"Epoch {i + 1}/99999 loss {1 / (i + 1):.4f} val_loss {1 + i / 100:.4f}",
    "epochs that go back": lambda i: f"epoch {i % 3 + 1} loss {i / 7:.4f}",
    "headings": lambda i: ("Validation:", "loss 0.5", "Training:", f"{word(i)}:")[i % 4],
    "tables": lambda i: f"{i},0.5,0.7" if i % 2 else f"{word(i)},{word(i * 3)},loss",
    "settings": lambda i: f"{word(i)} = {i}" if i % 2 else f"learning_rate = {i}",
    "checkpoints": lambda i: f"Saving checkpoint to out/{i}",
    "checkpoints of the best": lambda i: f"epoch {i}: val_loss improved from {i + 1} to {i}, saving model",
    "lower rates": lambda i: f"Epoch {i}: ReduceLROnPlateau reducing learning rate to 1e-{i}.",
    "a box without end": lambda i: f"|    {word(i)}    | {i}    |",
    "bars": lambda i: f"\r{word(i)} {i % 100}%|##| {i}/100 [00:01<00:02, 3it/s]",
    "bars around bars": lambda i: f"\r{word(i % 40)}: {i % 100}%|##| {i % 100}/100 [00:01<00:02, 3it/s]\x1b[A",
    "no numbers": lambda i: f"step {i} loss nan",
    "spikes": lambda i: f"step {i} loss {1 if i % 2 else 1e6}",
    "ranks": lambda i: f"[rank{i}] step {i} loss 0.5",
    "values without a place": lambda i: f"loss {i / 7:.3f} acc 0.5",
    "what nobody claims": lambda i: f"{word(i)}: 0x{i:x} 10.0.0.1",
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_of_one_kind_of_line_is_read_line_by_line(name: str) -> None:
    """However many lines of the kind came before."""
    session = Session()
    session.feed(Data("".join(f"{LOGS[name](i)}\n" for i in range(LINES)).encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    assert session.bytes > LINES


@pytest.mark.parametrize("frame", ["{w} 1/{n}", "train {back}/100", "\x1b[K{n}%", "loss {n}", "{w}: {n}it [00:01, 3it/s]"])
def test_a_line_of_many_frames_is_folded_frame_by_frame(frame: str) -> None:
    """Bars that change their names, go back, or count without end."""
    frames = (frame.format(w=word(i), n=i, back=5 if i % 2 else 3) for i in range(LINES * 10))
    session = Session()
    session.feed(Data("\r".join(("", *frames, "")).encode() + b"\n", 0.0))
    session.feed(Notice("ended", 1.0))
    assert session.bytes > LINES
