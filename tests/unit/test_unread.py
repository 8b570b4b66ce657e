"""What was not understood is counted, shown, and comes with a pattern that reads it."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailwatch.cli import main
from tailwatch.config import Settings
from tailwatch.config_tables import Pattern
from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import Data, Notice
from tailwatch.core.sanitise import decode
from tailwatch.core.unread import MAX_KINDS, UnreadBook, carries_number
from tailwatch.dialects._draft import _columns, as_toml, draft
from tailwatch.session import Session

if TYPE_CHECKING:
    from pathlib import Path

UNREAD = "loading\n" + "".join(f"TT tick {i} obj {i}\n" for i in range(8, 20)) + "epoch 1 loss 0.5\nzz 3 4\n"


def test_lines_that_differ_in_their_numbers_are_of_one_kind() -> None:
    """However many digits the numbers have; the most frequent kind stands first."""
    book = UnreadBook()
    for number, raw in enumerate([b"a 7", b"b 1,200", b"b 3.25", b"b 7 8", b"b 900"], 1):
        book.add(raw, number)
    assert book.lines == 5
    assert [(k.count, k.first_line, k.last_line, k.example) for k in book.kinds()] == [
        (3, 2, 5, b"b 1,200"),
        (1, 1, 1, b"a 7"),
        (1, 4, 4, b"b 7 8"),
    ]


def test_a_frequent_kind_is_seen_though_it_begins_after_many_rare_ones() -> None:
    """The rarest gives way; every line stays counted."""
    book = UnreadBook()
    for i in range(3 * MAX_KINDS):
        book.add(b"x" * (i % 40) + b"y" * (i // 40) + b" 1", i + 1)
    for i in range(50):
        book.add(b"late %d" % i, 10_000 + i)
    assert book.lines == 3 * MAX_KINDS + 50
    assert len(book.kinds()) == MAX_KINDS
    assert (book.kinds()[0].count, book.kinds()[0].example) == (50, b"late 0")


@given(st.lists(st.integers(0, MAX_KINDS + 40), max_size=3 * MAX_KINDS))
@settings(deadline=None, max_examples=20)
def test_the_first_of_the_rarest_kinds_gives_way(kinds: list[int]) -> None:
    """What is kept is what looking through all kinds each time would keep."""
    book, kept = UnreadBook(), dict[bytes, int]()
    for number, kind in enumerate([*range(MAX_KINDS), *kinds], 1):
        raw = b"x" * kind + b" 1"
        book.add(raw, number)
        if raw not in kept and len(kept) >= MAX_KINDS:
            del kept[min(kept, key=kept.__getitem__)]
        kept[raw] = kept.get(raw, 0) + 1
    assert {k.example: k.count for k in book.kinds()} == kept


@pytest.mark.parametrize(
    ("line", "template"),
    [
        ("[2026-01-01 10:00:00] it 12 foo=0.5 bar=0.75 (1.2 s)", "[{time}] it {step} foo={foo} bar={bar} ({} s)"),
        ("0.5 0.6 0.7", "{column 1} {column 2} {column 3}"),
        ("质量 0.5 分 3", "质量 {质量} 分 {分}"),
        ("rank3: v=0.12 (conv2d) 1.2.3.4", "rank{rank}: v={v} {*} {*}"),
        ("{'w': 0.5}", "{{'w': {w}}}"),
        ("AdamW 5: ppx=3.2 ppx=5", "AdamW {AdamW}: ppx={ppx} ppx={ppx 2}"),
        ("x 0.5 \u202ey 1", "x {x} {*} {y}"),
        ("Eval samples: 11219", "Eval samples: {Eval samples}"),
        ("[2026-01-01 10:00:00] * src vocab size = 50", "[{time}] * src vocab size = {src vocab size}"),
        ("验证集大小：50", "验证集大小：{验证集大小}"),
        ("[-0.5808, 0.0045, 0.25],", "[{column 1}, {column 2}, {column 3}],"),
        ("STAGE:2026-01-01 10:00:00 22264:22264 over", "STAGE:{*} {*} {column 1}:{column 2} over"),
    ],
)
def test_a_drafted_pattern_names_the_numbers_as_they_are_named(line: str, template: str) -> None:
    """And is the line itself otherwise, in the form the settings take."""
    assert draft(line.encode()) == template
    assert tomllib.loads(as_toml(template))["pattern"] == [{"line": template}]


@pytest.mark.parametrize("line", ["2026-01-01 10:00:00 - 1.2.3.4", "7.1.0 3:4 8.1.2", "2026-01-01 10:00:00,123 [3] 0x1f"])
def test_no_pattern_is_drafted_that_would_take_every_line(line: str) -> None:
    """One that names no number reads nothing, and one without a word of the line reads others' lines too."""
    assert draft(line.encode()) == ""


@settings(deadline=None)
@given(st.text(st.sampled_from("0159 .,:=/()[]{}*'\"\\-+%eabE损\t\u202e\x1b_|<")).filter(str.strip), st.integers(30, 90))
def test_a_draft_reads_the_line_it_was_made_for(line: str, width: int) -> None:
    """Whatever the line holds; and pasted it is the same, in lines that are not too wide."""
    template = draft(line.encode())
    if template:
        pasted = as_toml(template, width)
        assert tomllib.loads(pasted)["pattern"] == [{"line": template}]
        assert all(_columns(row) <= width for row in pasted.splitlines())
        session = Session(settings=Settings(pattern=(Pattern(line=template),)))
        session.feed(Data(line.replace("\n", " ").encode() + b"\n", 0.0))
        session.feed(Notice("ended", 1.0))
        assert session.lines_read["own pattern 1"] or not any(c.isdigit() for c in decode(line.encode())) or "\x1b" in line


def reported(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert main(["report", "--format", "json", *more, str(path)]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_report_says_who_read_what_and_what_nobody_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines and values by dialect; unread kinds with count, place, example and a pattern."""
    log = tmp_path / "run.log"
    log.write_text(UNREAD + "epoch 2 loss 0.4\nEpoch 00002: early stopping\n")
    report = reported(log, capsys)
    read = {r["dialect"]: (r["lines"], r["points"]) for r in report["read"]}
    assert read["general"] == (2, 2)
    assert report["unread"]["lines"] == 13
    kind = report["unread"]["kinds"][0]
    assert (kind["count"], kind["first_line"], kind["last_line"], kind["text"]) == (12, 2, 13, "TT tick 8 obj 8")
    assert report["unread"]["examples"][0] == {"line": 2, "text": "TT tick 8 obj 8"}
    assert main(["report", str(log)]) == 0
    text = capsys.readouterr().out
    assert '"TT tick 8 obj 8" 12 times. [L2]' in text
    assert "general 2" in text.partition("the dialect that read them")[2]


def test_the_drafted_pattern_pasted_into_the_settings_reads_the_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the text of one report to the next report."""
    log, settings = tmp_path / "run.log", tmp_path / "config.toml"
    log.write_text(UNREAD)
    assert main(["report", str(log)]) == 0
    settings.write_text("[[pattern]]" + capsys.readouterr().out.partition("[[pattern]]")[2])
    report = reported(log, capsys, "--config", str(settings))
    assert report["unread"]["lines"] == 1
    assert {"dialect": "own pattern 1", "lines": 12, "points": 24} in report["read"]


def test_a_log_that_was_understood_says_nothing_of_unread_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No noise without need."""
    log = tmp_path / "run.log"
    log.write_text("epoch 1 loss 0.5\nepoch 2 loss 0.4\n")
    assert main(["report", str(log)]) == 0
    assert "not understood" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (b"class [3], IoU: 0.7666", True),
        (b"ratio=12", True),
        (b"2024-01-02 10:11:12,123 - INFO - the ratio is 12 now", True),
        (b"I0102 10:11:12.123456  4321 net.cpp:110] ratio 0.5", True),
        ("第3名 得分".encode(), True),
        (b"2024-01-02 10:11:12.123\tnode-3:0\tmain:417\tINFO\tBuilding the model", False),
        (b"I0102 10:11:12.123456  4321 net.cpp:110] Creating Layer fc6", False),
        (b"[10:11:12] ready", False),
        (b"resnet50 uses conv2d", False),
        (b"    (bn1): BatchNorm2d(64, eps=1e-05, momentum=0.1)", False),
    ],
)
def test_only_a_number_of_the_message_itself_makes_a_line_unread(line: bytes, counts: bool) -> None:
    """The numbers of a logger's prefix, the digits of a word and a printed layer are none that somebody measured."""
    assert carries_number(line.translate(DIGITS_TO_ZERO)) is counts
