"""The user's own patterns: what they read, what is refused, and that no line makes them slow."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import pytest

from tailwatch import config
from tailwatch.cli import main
from tailwatch.config import Settings
from tailwatch.config_tables import Pattern
from tailwatch.core.errors import UsageError
from tailwatch.core.events import Data, Notice, Reading
from tailwatch.core.regexes import Regex
from tailwatch.dialects import own_plans
from tailwatch.dialects._template import Template
from tailwatch.session import Session

if TYPE_CHECKING:
    from pathlib import Path


def read(log: str, *patterns: Pattern) -> tuple[Session, list[Reading]]:
    session = Session(keep_readings=True, settings=Settings(pattern=patterns))
    readings = [r for _, r in session.feed(Data(log.encode(), 0.0)).readings]
    return session, readings + [r for _, r in session.feed(Notice("ended", 1.0)).readings]


def values(log: str, *patterns: Pattern) -> list[tuple[object, ...]]:
    return [
        (spec.name, spec.metric, spec.split, reading.axis, reading.epoch, reading.step, value)
        for reading in read(log, *patterns)[1]
        for spec, value in zip(reading.series, reading.values, strict=True)
    ]


def test_a_template_is_the_line_with_names_where_numbers_stand() -> None:
    """Numbers of any length, with exponents, thousands and NaN; places go to places, all other names are metrics."""
    log = "[2026-01-01 10:00:00] it 1 L=0.5\n[2026-01-01 10:00:01] it 1,200 L=1e-5\n[2026-01-01 10:00:02] it 2000   L=nan\n"
    _, readings = read(log, Pattern(line="[{time}] it {step} L={loss}"))
    assert [(r.step, r.time, r.axis) for r in readings] == [
        (1, "2026-01-01 10:00:00", "step"),
        (1200, "2026-01-01 10:00:01", "step"),
        (2000, "2026-01-01 10:00:02", "step"),
    ]
    assert [str(r.values[0]) for r in readings] == ["0.5", "1e-05", "nan"]
    assert {r.dialect for r in readings} == {"own pattern 1"}


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        ("ep {epoch}/{epochs} q={quality}%", "ep 3/9 q=81.5%", [("quality", "quality", None, "epoch", 3, None, 81.5)]),
        ("{*} q={quality}", "anything 7 at all q=-2.", [("quality", "quality", None, "index", None, None, -2)]),
        ("a {x} {*}", "a 17K more", [("x", "x", None, "index", None, None, 17000)]),
        ("{split} | {epoch} | {err}", "valid | 2 | 0.25", [("err", "err", "val", "epoch", 2, None, 0.25)]),
        ("{name} => {value} @ {epoch}", "top5 => 0.9 @ 1", [("top5", "accuracy_top5", None, "epoch", 1, None, 0.9)]),
        ("r {} {epoch}: {q}.", "r 0.1 4: 0.5.", [("q", "q", None, "epoch", 4, None, 0.5)]),
        ("{{'q': {q}, {epoch}}}", "{'q': 1.5, 2}", [("q", "q", None, "epoch", 2, None, 1.5)]),
        ("{epoch},{a},{b}", "1,200,300", [("a", "a", None, "epoch", 1, None, 200), ("b", "b", None, "epoch", 1, None, 300)]),
        ("第{epoch}轮 得分{验证损失}", "第3轮 得分0.75", [("验证损失", "loss", "val", "epoch", 3, None, 0.75)]),
        (
            "{time} {epoch} {q}",
            "12.5 3 0.5",
            [("time", "time", None, "epoch", 3, None, 12.5), ("q", "q", None, "epoch", 3, None, 0.5)],
        ),
    ],
)
def test_what_a_template_reads(line: str, text: str, found: list[tuple[object, ...]]) -> None:
    """Each form of placeholder, on one line."""
    assert values(text + "\n", Pattern(line=line)) == found


@pytest.mark.parametrize(("line", "text"), [("q {x}", "q 0.5 s"), ("q {x}", "p q 0.5"), ("q {x}", "q x"), ("q {x}{*}", "q 3d")])
def test_a_template_reads_whole_lines_only(line: str, text: str) -> None:
    """What it does not show is not in the line; `{*}` shows that there is more."""
    assert Template(line).spans(text.translate(str.maketrans("35", "00")).encode()) is None


def test_own_patterns_come_before_the_built_in_dialects_in_their_order() -> None:
    """The first that fits reads the line; a pattern without names says that there is nothing to read."""
    log = "epoch 1 loss 0.5\nepoch 2 loss 0.4\nlearned 5 loss 9\n"
    first = Pattern(line="epoch {epoch} loss {error rate}", name="mine")
    session, readings = read(log, first, Pattern(line="{*} {epoch} loss {second}{*}"), Pattern(line="learned {} {*}"))
    assert [(r.series[0].name, r.dialect) for r in readings] == [("error rate", "mine")] * 2 + [("second", "own pattern 2")]
    session, readings = read(log, Pattern(line="learned {} {*}"), first)
    assert [r.epoch for r in readings] == [1, 2]
    assert session.unread.lines == 0


def test_digits_in_a_pattern_stand_for_themselves() -> None:
    """`stage 1` is not `stage 2`, though lines of one shape share a plan; what no pattern reads is counted as unread."""
    log = "zz 1 q 0.5\nzz 2 q 0.6\nzz 3 q 0.7\nzz 1 q 0.8\n"
    for one, two in (
        (Pattern(line="zz 1 q {a}"), Pattern(line="zz 2 q {b}")),
        (Pattern(regex=r"^zz 1 q (?P<a>[0-9.]+)"), Pattern(regex=r"zz [2] q (?P<b>\S+)$")),
    ):
        session, readings = read(log, one, two)
        assert [(r.series[0].name, r.values[0]) for r in readings] == [("a", 0.5), ("b", 0.6), ("a", 0.8)]
        assert [(k.count, k.first_line, k.example) for k in session.unread.kinds()] == [(1, 3, b"zz 3 q 0.7")]
    session, readings = read("epoch 1 loss 0.5\nepoch 2 loss 0.4\n", Pattern(line="epoch 2 loss {q}"))
    assert [(r.series[0].name, r.epoch) for r in readings] == [("loss", 1), ("q", 1)]


def test_a_regular_expression_reads_by_named_groups() -> None:
    """Anywhere in the line; optional groups may be absent; lengths and characters of any alphabet count as they stand."""
    pattern = Pattern(
        regex=r"t(?P<step>[1-9]\d*) 值\s*=(?P<score>-?[0-9.]+)(?: ±(?P<spread>\d\.\d{2}))?", axis="epoch", split="val"
    )
    assert values("x t10 值 =-0.5 ±0.25;\nt11 值=0.5\n", pattern) == [
        ("score", "score", "val", "epoch", None, 10, -0.5),
        ("spread", "spread", "val", "epoch", None, 10, 0.25),
        ("score", "score", "val", "epoch", None, 11, 0.5),
    ]


def test_a_heading_gives_own_lines_their_split() -> None:
    """As it does to the lines of other dialects."""
    assert [v[2] for v in values("Validation:\nzz 3 q 0.5\n", Pattern(line="zz {epoch} q {q}"))] == ["val"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (Pattern(), "a pattern has either line or regex."),
        (Pattern(line="a", regex="b"), "a pattern has either line or regex."),
        (Pattern(line="loss {loss"), "line cannot be used: the brace at '{loss' has no other one; write {{ for a brace."),
        (Pattern(line="{a}{b}"), "nothing stands between {a} and {b}, so that it is unclear where the first ends"),
        (Pattern(line="{*}{*} {b}"), "two {*} stand side by side"),
        (Pattern(line="{a} {a}"), "the name 'a' is given twice"),
        (Pattern(line="{epcoh} {a}"), "'epcoh' looks like 'epoch' with two letters swapped"),
        (Pattern(line="{name} 3"), "'name' and 'value' go together"),
        (Pattern(regex=r"(?P<a>\d+"), "regex cannot be used: missing ): "),
        (
            Pattern(regex=r"(?=a)(?P<a>\d+)"),
            "invalid perl operator: (?= (the syntax is RE2's: no look-around, no back-references).",
        ),
        (Pattern(regex=r"(?P<a>\d)\1"), r"invalid escape sequence: \1"),
        (Pattern(regex=r"(?P<a>(?P<b>\d))"), "the group 'b' lies in the group 'a'"),
        (Pattern(regex=r"(?P<a>x)|(?P<a>y)"), "the name 'a' is given twice"),
        (Pattern(regex=r"(?P<stpe>[(]\d\))"), "'stpe' looks like 'step'"),
        (Pattern(regex=r"(?:\pL{1000}){1000}"), "(the syntax is RE2's"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: Pattern, said: str) -> None:
    """In one sentence that names the file, the table and the key."""
    with pytest.raises(UsageError) as caught:
        own_plans((pattern._replace(where="c.toml: [[pattern]] number 2"),))
    assert str(caught.value).startswith("c.toml: [[pattern]] number 2: ")
    assert said in str(caught.value)


def test_without_re2_the_sentence_says_what_to_install_or_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates need nothing."""
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(ValueError, match=r"pip install 'tailwatch\[regex\]'"):
        Regex("a(?P<b>.)")
    assert Template("a {b}").names == ["b"]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (Template, "{*}{loss}"),
        (Template, "[{time}] it {step} L={loss}"),
        (Template, "{*}a{*}b{*}c{*}d {x}"),
        (Template, "{*}{split} {x}{*} {name}={value}{*}"),
        (Regex, "(a+)+$"),
        (Regex, "(.*)x(.*)y(.*)z$"),
        (Regex, r"(\w+\s*)+:(?P<x>\d+)"),
        (Regex, "^(([a-z])+.)+[A-Z](?P<q>[a-z]+)+$"),
    ],
)
@pytest.mark.parametrize(
    "piece", ["0", "a", " ", "00 ", "0,000", "0e", "a b c ", "x", "损", "-", "0=", "it 0 L=", "L=0 ", "[0000-00-00 "]
)
def test_no_line_makes_a_pattern_go_back_over_it(made: type[Template | Regex], text: str, piece: str) -> None:
    """A line of 300 KB is answered at once; were the time to grow with the square, it would take hours."""
    line = (piece * (300_000 // len(piece)) + "!").encode()
    pattern = made(text)
    pattern.spans(line)
    pattern.spans(line[:-1])


def test_patterns_of_the_file_work_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`report` names them as dialects; a mistake ends with code 2 before the log is opened."""
    settings, log = tmp_path / "c.toml", tmp_path / "run.log"
    settings.write_text('[[pattern]]\nname = "our trainer"\nline = "zz {step} q {quality}"\n')
    log.write_text("zz 1 q 0.5\nzz 2 q 0.4\n")
    assert main(["report", "--config", str(settings), str(log)]) == 0
    assert "our trainer" in capsys.readouterr().out
    settings.write_text('[[pattern]]\nline = "zz {step"\n')
    assert main(["report", "--config", str(settings), str(tmp_path / "gone.log")]) == 2
    assert capsys.readouterr().err.startswith(f"tailwatch: {settings}: [[pattern]] number 1: line cannot be used: ")


def test_a_session_with_own_patterns_goes_to_another_process() -> None:
    """Compiled expressions do not; they are made ready again."""
    session, _ = read("zz 1 q 0.5\n", Pattern(regex=r"zz (?P<step>\d+) q (?P<q>\S+)"))
    again = pickle.loads(pickle.dumps(session))
    again.feed(Data(b"zz 2 q 0.25\n", 2.0))
    assert [s.last().value for s in again.run.segment.ordered()] == [0.25]


def test_tables_of_patterns_become_what_the_dialect_takes(tmp_path: Path) -> None:
    """Every key of a `[[pattern]]` reaches it."""
    path = tmp_path / "c.toml"
    path.write_text('[[pattern]]\nline = "a {b}"\nsplit = "val"\naxis = "epoch"\nname = "n"\n')
    where = f"{path}: [[pattern]] number 1"
    assert config.load({"config": str(path)}, {}).pattern == (Pattern("a {b}", "", "val", "epoch", "n", where),)
