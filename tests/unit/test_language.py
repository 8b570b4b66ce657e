"""Languages: which one is spoken, how sentences are filled in, and that every translation says what English says."""

from __future__ import annotations

import io
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from tailwatch.cli import main
from tailwatch.core.events import Data, Notice, Text
from tailwatch.core.text import ENGLISH, Language
from tailwatch.language import LANGUAGES, chosen, language, of_environment
from tailwatch.language.written import Written
from tailwatch.report.watch import watch

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
import spoken
import translations as tr

LOGS = Path(__file__).parents[2] / "sample_logs"
FOREIGN = [code for code in LANGUAGES if code != "en"]
STALE = f"run {tr.COMMAND} and fill in what is empty in tailwatch/language/*/*.po"


class Words(dict[str, str]):
    """A catalogue made by hand."""

    def find(self, english: str, many: str = "") -> str | None:
        return self.get(english)


def fields(template: str) -> list[tuple[str, str]]:
    """The named values of a template with the way they are written."""
    return sorted({(name, form or "") for _, name, form, _ in string.Formatter().parse(template) if name is not None})


def test_values_that_are_sentences_are_said_in_the_same_language() -> None:
    """A finding keeps its parts apart until it is rendered."""
    text = Text("best at {where}", {"where": Text("epoch {number:g}", {"number": 3.0})})
    zh = Language("zh", Words({"best at {where}": "在{where}最好", "epoch {number:g}": "第 {number:g} 轮"}))
    assert ENGLISH.render(text) == "best at epoch 3"
    assert zh.render(text) == "在第 3 轮最好"


def test_what_is_not_translated_stays_english() -> None:
    """A gap in a catalogue is no empty sentence."""
    assert Language("zh", Words()).say("epoch {n}", n=3) == "epoch 3"


def test_a_count_chooses_the_form_in_english_and_the_one_form_of_chinese() -> None:
    """One finding, two findings; 1 处, 2 处."""
    zh = Language("zh", Words({"{n} finding": "{n} 处"}))
    assert [ENGLISH.count("{n} finding", "{n} findings", n) for n in (0, 1, 2)] == ["0 findings", "1 finding", "2 findings"]
    assert [zh.count("{n} finding", "{n} findings", n) for n in (1, 2)] == ["1 处", "2 处"]
    assert ENGLISH.render(Text("{n} finding", {"n": 2}, many="{n} findings")) == "2 findings"


def test_a_text_without_values_may_hold_braces() -> None:
    """The words of a message's rule are no template."""
    assert ENGLISH.render(Text("set {'a': 1}")) == "set {'a': 1}"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "zh_CN", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh-Hans"}, "zh"),
    ],
)
def test_the_first_locale_variable_that_is_set_decides(environ: dict[str, str], code: str) -> None:
    """LC_ALL, then LC_MESSAGES, then LANG; a language that is not spoken here is English."""
    assert of_environment(environ) == code


def test_a_wish_counts_more_than_the_environment() -> None:
    """The option or the configuration; `auto` and nothing are no wishes."""
    zh = {"LANG": "zh_CN.UTF-8"}
    assert chosen("en", environ=zh).code == "en"
    assert [chosen(wish, environ=zh).code for wish in ("auto", None)] == ["zh", "zh"]
    assert chosen("zh", environ={}).code == "zh"


def test_english_reads_no_catalogue() -> None:
    """Whoever reads English pays nothing for other languages."""
    code = "import sys, tailwatch.language as l; l.language('en'); sys.exit('tailwatch.language.written' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("code", FOREIGN)
def test_what_is_read_is_what_was_written(code: str) -> None:
    """The program finds every translation that a reader of the format finds: each sentence stands on one line of its own."""
    read = Written(str(tr.LANGUAGE / code))
    written = {s: text for s, text in tr.translations(code).items() if text}
    found = {s: read.find(s) if isinstance(s, str) else read.find(*s) for s in written}
    wrong = next((s for s in written if found[s] != written[s]), None)
    assert wrong is None, (
        f"{wrong!r} is not found as it is written; run {tr.COMMAND}, which writes the files in the form that is read"
    )


def test_quotes_backslashes_and_breaks_are_read_as_they_are_written(tmp_path: Path) -> None:
    """The escapes of the format, where they touch one another too."""
    texts = ['say "no"', "a\\nb\nc\t.", "\\\\", '\\"', "ends\\", "C:\\new\\\table"]
    escaped = [t.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") for t in texts]
    (tmp_path / "a.po").write_text("".join(f'\nmsgid "{e}"\nmsgstr "{e}"\n' for e in escaped), "utf-8")
    read = Written(str(tmp_path))
    assert [read.find(text) for text in texts] == texts


@pytest.mark.parametrize("code", FOREIGN)
def test_every_sentence_is_said_in_every_language(code: str) -> None:
    """Those of the code, found where they are made, and those of the rules; the first ones that are missing are named."""
    wanting = [f"{name}.po: {text!r}" for name, texts in tr.missing(code).items() for text in texts]
    assert not wanting, f"{len(wanting)} sentences have no translation; {STALE}:\n" + "\n".join(wanting[:20])


@pytest.mark.parametrize("code", FOREIGN)
def test_no_translation_is_kept_of_what_is_no_longer_said(code: str) -> None:
    """The files hold the sentences of today."""
    said = {text for texts in tr.sentences().values() for text in texts}
    kept = [text for text in tr.translations(code) if text not in said]
    assert not kept, f"no longer said are {kept[:5]}; run {tr.COMMAND}"


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    """An f-string or a sum is another sentence each time, which no catalogue holds; values are named in a template."""
    assert list(tr.made_up()) == []


def test_nothing_is_shown_that_the_catalogue_does_not_know() -> None:
    """A literal that a person reads goes through the language: `language.say("...")`, `Text("...")`, or `phrase("...")`."""
    found = [f"{b.where}: {b.text!r}" for b in spoken.bypasses()]
    assert not found, "these are English in every language:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('row((" no line", "dim"))', " no line"),
        ('Static("Loading")', "Loading"),
        ('self.note(f"remembered in {path}")', "remembered in "),
        ('out.write("none\\n" if x == "word" else language.of("some"))', "none\n"),
        ('why = "the log is empty"', "the log is empty"),
        ('Notice("lost", at, "gone")', "gone"),
        ('raise UsageError(f"{path} gone")', None),
        ('row((language.of("no line"), "dim"))', None),
        ('"""A docstring of a file."""', None),
        ('KINDS = {"a": phrase("no line")}', None),
        ('fit(x, width) if x == "some word" else y', None),
    ],
)
def test_a_literal_that_is_shown_is_found_and_one_that_is_translated_is_not(source: str, text: str | None) -> None:
    """What the test before this one looks for; an f-string in a translated call is for the test before that."""
    found = spoken.of_file("tailwatch/tui/x.py", source)
    assert [b.text for b in found] == ([] if text is None else [text])


@pytest.mark.parametrize("code", FOREIGN)
def test_a_translation_names_the_same_values(code: str) -> None:
    """Each value of the English sentence is said, written in the same way, and no other."""
    for sentence, text in tr.translations(code).items():
        if text and ("{" in text or any("{" in s for s in sentence)):
            wanted = sentence if isinstance(sentence, str) else sentence[1]
            assert fields(text) == fields(wanted), f"{wanted!r} and {text!r} differ in their values"


@pytest.mark.parametrize("code", FOREIGN)
def test_a_catalogue_finds_nothing_that_is_not_there(code: str) -> None:
    """The heading of the file is no translation of nothing, a translation no key, and a plural no single sentence."""
    read = Written(str(tr.LANGUAGE / code))
    assert [read.find(text) for text in ("", "\0", "no such sentence", "zzz", "学习率", "{n} line")] == [None] * 6
    assert language(code).of("") == ""


@pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["watch", "-h"]])
def test_help_is_in_the_language_of_the_command_line(arguments: list[str]) -> None:
    """Every sentence of it; what is typed stays as it is typed. Without a wish it is English."""
    command = [sys.executable, "-m", "tailwatch", *arguments, "--lang"]
    said = {lang: subprocess.run([*command, lang], capture_output=True, text=True).stdout for lang in LANGUAGES}
    assert "show this help message and exit" in said["en"]
    assert "显示帮助并退出" in said["zh"]
    assert re.findall(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", said["zh"]) == []


@pytest.mark.parametrize(("encoding", "shown"), [("gbk", "过拟合"), ("ascii", "??")])
def test_what_a_locale_cannot_write_is_a_question_mark_and_no_failure(encoding: str, shown: str) -> None:
    """A report for people is in the encoding of the locale."""
    done = told_in(encoding, "report", str(LOGS / "keras/seven_replicas_overfit.log"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert shown in done.stdout.decode(encoding)


@pytest.mark.parametrize("arguments", [("report", "--format", "html"), ("report", "--format", "json"), ("export",)])
def test_what_programs_read_is_utf8_in_every_locale(arguments: tuple[str, ...]) -> None:
    """JSON, CSV and pages say so themselves, or are expected to be."""
    done = told_in("gbk", *arguments, str(LOGS / "pytorch/chinese_prints_overfit.log"))
    assert "验证损失" in done.stdout.decode("utf-8")


def told_in(encoding: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in Chinese where standard output has an encoding."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run([sys.executable, "-m", "tailwatch", *arguments, "--lang", "zh"], capture_output=True, env=environment)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "严重：过拟合"),
        (["replay", "--fast", "--show-alerts"], "第 12 行（共 30 行），第 8 轮：警告：过拟合"),
        (["status"], "验证损失 1.212（最优 0.9181）"),
        (["report"], "训练报告"),
    ],
)
def test_every_command_speaks_the_language_of_the_locale(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a log in Chinese, so that all English would be our own."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    log = LOGS / "pytorch/chinese_prints_overfit.log"
    main([arguments[0], str(log), *arguments[1:]])
    text = capsys.readouterr().out.replace(str(log), "")
    assert said in text
    assert english_in(text) == []


def test_a_run_that_is_watched_is_told_in_the_language() -> None:
    """Events of the source, findings, epochs and the end, one line each."""
    data = (LOGS / "pytorch/chinese_prints_overfit.log").read_bytes()
    events = [Notice("opened", 1.0, Text("standard input")), Data(data, 2.0), Notice("ended", 3.0, Text("the pipe was closed"))]
    out = io.StringIO()
    watch(iter(events), "-", out, as_json=False, until_exit=False, language=language("zh"))
    lines = out.getvalue().splitlines()
    assert lines[0] == "已打开：标准输入"
    assert "已结束：管道已关闭" in lines
    assert any(line.startswith("严重：过拟合：") for line in lines)
    assert any(line.startswith("第 25/25 轮：训练损失 0.0497、") for line in lines)
    assert english_in(out.getvalue()) == []


def english_in(text: str) -> list[str]:
    """Words of English in a row that are not the log's own."""
    ours = re.sub(r'"[^"]*"|Training complete in .*', "", text)
    return re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", ours)


def test_an_error_is_said_in_the_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the operating system says most often, too; a flag counts more than the locale."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main(["report", "/no/such.log"]) == 3
    assert capsys.readouterr().err == "tailwatch: /no/such.log：没有这个文件；请检查路径。\n"
    assert main(["report", "--lang", "en", "/no/such.log"]) == 3
    assert capsys.readouterr().err == "tailwatch: /no/such.log: there is no such file; check the path.\n"
