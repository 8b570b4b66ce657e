"""The report tells a run to someone who was not there: right, cited, in every format, and with nothing of the log interpreted."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tailwatch.cli import main
from tailwatch.core.text import Text
from tailwatch.report.document import Claim, Document, Paragraph, Section
from tailwatch.report.formats import writer
from tailwatch.report.markdown import escape, verbatim
from tailwatch.report.recipes import recipe, remedies
from tailwatch.report.svg import Scale

KERAS = Path(__file__).parents[2] / "sample_logs" / "keras"
SEVEN = str(KERAS / "seven_replicas_overfit.log")
TWO = str(KERAS / "two_callbacks_disagree.log")
HEALTHY = str(KERAS / "one_device_healthy.log")
SAMPLES = sorted(KERAS.parent.glob("*/*.log"))
HOSTILE = (
    "Epoch 1/3 train loss 0.9 val loss 0.9\n"
    "<script>fetch('http://evil.test/')</script> <img src=http://evil.test/x> | `x` **b** $a$ @you error: 5 lost\n"
    "WARNING: </code><iframe src='//evil.test'></iframe> `` ![x](http://evil.test/y.png) \x1b]0;title\x07\n"
    "Epoch 2/3 train loss 0.8 val <b>loss</b> 0.7\nEpoch 3/3 train loss 0.7 val loss 0.6\n"
)


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["report", "--lang", "en", *arguments]) == 0
    return capsys.readouterr().out


def flat(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())


def section(text: str, title: str, following: str) -> str:
    return flat(text.partition(title)[2].partition(following)[0])


def test_the_diagnosis_is_two_sentences_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    """Overfitting with its epoch and numbers, then the arithmetic behind it, each with its lines."""
    told = section(report(capsys, SEVEN, "--baseline", HEALTHY), "DIAGNOSIS", "KEY FIGURES")
    assert "best at epoch 3 (0.35)" in told
    assert "1,792 = 7 x 256" in told
    assert "7 passes" in told
    assert "[L35 L60]" in told


def test_programs_get_the_comparison_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Bests, their difference, what noise explains, and the settings that differ; nothing without a baseline."""
    told = json.loads(report(capsys, SEVEN, "--baseline", HEALTHY, "--format", "json"))["baseline"]
    loss = next(m for m in told["metrics"] if m["metric"] == "loss")
    assert (loss["this"], loss["other"], loss["judgement"]) == (0.35, 0.0327, "worse")
    assert loss["delta"] == pytest.approx(0.3173)
    assert {"key": "global_batch_size", "this": 1792, "other": 256} in told["settings"]
    assert json.loads(report(capsys, SEVEN, "--format", "json"))["baseline"] is None


def test_the_figures_stand_beside_the_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    """Best, last, gap, updates and learning rate of both, and how to read them."""
    told = section(report(capsys, SEVEN, "--baseline", HEALTHY), "KEY FIGURES", "CURVES")
    for part in (
        "0.35 at",
        "0.0327 at",
        "0.8432 at",
        "0.9893 at",
        "Worse by 0.3173",
        "Updates an epoch 21",
        "times the",
        "after epoch 8",
    ):
        assert part in told, part


def test_the_run_is_told_in_phases_that_turn_at_the_best_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    """Gain to epoch 3, past the turn to the cut at 5, after it to the end, with what each callback did."""
    told = section(report(capsys, SEVEN), "THE RUN, PHASE BY PHASE", "ENVIRONMENT")
    assert "Gain (epochs 1 to 3)" in told
    assert "Past the turn (epochs 3 to 5)" in told
    assert "After the cut of the learning rate (epochs 5 to 8)" in told
    assert "cut to 5e-5 at epoch 5. [L44]" in told
    assert "the patience was 5" in told
    assert "None brought a new best" in told


def test_callbacks_that_kept_different_epochs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """What lies in memory and what on disk; the code that mends it goes up where more is better."""
    told = flat(report(capsys, TWO))
    assert "the model in memory is that of epoch 4, the file on disk that of epoch 3" in told
    assert 'same = {"monitor": "val_accuracy", "mode": "max"}' in told


def test_actions_come_in_order_of_effect_with_code_for_the_framework(capsys: pytest.CaptureFixture[str]) -> None:
    """The steps first, the rate, the weights; memory growth is set before anything touches the GPU."""
    told = report(capsys, SEVEN)
    heads = [
        told.index(part)
        for part in ("1. Set steps_per_epoch", "WarmUp(2.6e-4, 15)", "Use the weights of", "set_memory_growth(gpu")
    ]
    assert heads == sorted(heads)
    assert (
        told.index("import tensorflow as tf")
        < told.index("set_memory_growth(gpu")
        < told.index("tf.distribute.MirroredStrategy()")
    )


def test_a_healthy_run_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """No alarm is made up; the best epoch is named."""
    told = section(report(capsys, HEALTHY), "DIAGNOSIS", "KEY FIGURES")
    assert "Finished without trouble" in told
    assert "Nothing needs to be changed" in told


@pytest.mark.parametrize("log", SAMPLES, ids=lambda p: p.stem)
@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_every_sample_is_told_in_every_format(log: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing fails, no placeholder is left, and every cited line exists in the log."""
    told = report(capsys, str(log), "--format", form)
    lines = log.read_bytes().count(b"\n") + 1
    assert told.strip()
    assert not re.search(r"\{[a-z_]+(:[^}]*)?\}", told.partition("[[pattern]]")[0]) or form != "text"
    cited = {int(n) for n in re.findall(r"\bL(\d+)\b", told)} - {12}
    assert cited
    assert max(cited) <= lines


class Page(HTMLParser):
    """Collects what a browser would see of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "src", "srcset", "data", "action", "poster"):
                self.links.append(value or "")
            elif name == "id":
                assert value not in self.ids
                self.ids.add(value or "")


def page_of(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


@pytest.mark.parametrize("log", SAMPLES, ids=lambda p: p.stem)
def test_the_page_asks_for_nothing_and_its_links_lead_into_itself(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No script, no image, no foreign address; each cited line is there to be read."""
    page = page_of(report(capsys, str(log), "--format", "html"))
    assert not {"script", "img", "iframe", "link", "object", "embed", "form"} & set(page.tags)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)


def test_no_number_of_the_page_is_broken_behind_its_minus(capsys: pytest.CaptureFixture[str]) -> None:
    told = report(capsys, SEVEN, "--format", "html")
    assert 'learning rate <span class="number">1e-4</span>' in told
    assert 'at the end <span class="number">2.5e-5</span>' in told


def test_several_logs_make_one_page_without_clashing_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Each id once, two articles."""
    page = page_of(report(capsys, SEVEN, TWO, "--format", "html"))
    assert page.tags.count("article") == 2
    assert all(link[1:] in page.ids for link in page.links)


def test_markup_in_a_log_is_shown_not_interpreted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tags, Markdown and escape sequences of the log arrive as letters in every format."""
    log = tmp_path / "<b>run.log"
    log.write_text(HOSTILE)
    page = page_of(report(capsys, str(log), "--format", "html"))
    assert not {"script", "img", "iframe", "b"} & set(page.tags)
    markdown = report(capsys, str(log), "--format", "md")
    outside = re.sub(r"(?s)```.*?```|(`+)(?!`).+?(?<!`)\1(?!`)|<sub>[L0-9, B]*</sub>|<!-- -->", "", markdown)
    assert not re.search(r"(?<!\\)<\w|(?<!\\)!\[|(?<!\\)\]\(", outside)
    for form in ("text", "md", "html"):
        assert "\x1b" not in report(capsys, str(log), "--format", form)


@pytest.mark.parametrize("text", ["`", "a`b", "``x``", "`` ` ``", " x ", "a\nb"])
def test_a_code_span_holds_any_back_ticks(text: str) -> None:
    """The fence is longer than any run within."""
    span = verbatim(text)
    fence = re.match("`+", span)
    assert fence is not None
    assert span.endswith(fence[0])
    assert fence[0] not in span[len(fence[0]) : -len(fence[0])].replace("`" * (len(fence[0]) + 1), "") or len(fence[0]) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a* _b_", r"\*a\* \_b\_"),
        ("<b>", r"\<b\>"),
        ("@you", "&#64;you"),
        ("1. x", "1<!-- -->. x"),
        ("- x", r"\- x"),
        ("$x$", r"\$x\$"),
        ("see http://a.test", "see http<!-- -->://a.test"),
    ],
)
def test_text_is_escaped_for_markdown(text: str, shown: str) -> None:
    """No emphasis, tag, mention, list, formula or link begins in a value."""
    assert escape(text) == shown


@pytest.mark.parametrize(("framework", "remedy"), remedies())
def test_every_recipe_is_code_that_fits_the_text_report(framework: str, remedy: str) -> None:
    """It parses, has no placeholder left, and no line is longer than 72 columns."""
    values = {
        "root": "2.6e-4", "warmup": "15", "patience": 2, "monitor": "val_loss", "bare": "loss", "mode": "min", "greater": False,
        "lower": "1e-5", "half": "16", "rounds": "20", "samples": "5,376", "global": "1,792", "right": "3", "steps": "21",
    }  # fmt: skip
    code = recipe(framework, remedy, values)
    assert code is not None
    ast.parse(code.text)
    assert "$" not in code.text
    assert max(map(len, code.text.splitlines())) <= 72


def test_a_name_that_is_not_plain_gets_into_no_code() -> None:
    """What the log calls its metric could be anything."""
    assert recipe("keras", "early_stop", {"monitor": '"); import os', "mode": "min", "patience": 2}) is None


@pytest.mark.parametrize(
    ("low", "high", "log"), [(0, 1, False), (0.031, 0.52, False), (1e-4, 3, True), (5, 5, False), (0.9, 1.1, True)]
)
def test_ticks_are_round_and_lie_within_the_axis(low: float, high: float, log: bool) -> None:
    """At most six, in order, inside the range."""
    scale = Scale(low, high, 0, 100, log=log)
    ticks = scale.ticks(6)
    assert len(ticks) <= 7
    assert ticks == sorted(ticks)
    assert all(-0.1 <= scale(t) <= 100.1 for t in ticks)


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_a_paragraph_of_several_statements_is_whole_in_every_format(form: str) -> None:
    """The first one is not all that is said."""
    said = (Claim("What fills this log:"), Claim("half of it are redraws."), Claim("A tenth are copies."))
    document = Document("Report", (Claim("a.log"),), (Section("x", Text("Title"), (Paragraph(said),)),), {})
    page = writer(form)([document])
    assert [c.text for c in said if str(c.text) not in page] == []


@pytest.mark.parametrize("text", ["0.3746 at epoch 4", "-2% since its best", "+13%", "1e-4", "-> next", "=x", "2.5e-5"])
def test_markdown_leaves_numbers_as_they_are(text: str) -> None:
    assert escape(text).replace("\\>", ">") == text


@pytest.mark.parametrize("text", ["1. first", "12) second", "- a point", "+ a point", "---", "===", "-", "1.", " - x", "- - -"])
def test_markdown_begins_no_list_and_no_heading(text: str) -> None:
    assert escape(text).strip() != text.strip()


def test_a_score_that_never_moves_is_not_praised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A detector that finds nothing ends without a word of trouble; its report says what to look at."""
    log = tmp_path / "run.log"
    log.write_text("".join(f"epoch {n}/5 train_loss {1 / n:.4f} val_map50 0.0\n" for n in range(1, 6)))
    told = section(report(capsys, str(log)), "DIAGNOSIS", "KEY FIGURES")
    assert told.startswith("Finished: validation mAP50 has stood at 0 in all 5 evaluations. [L1] A value that never moves")
    assert "best weights" not in told
    log.write_text(log.read_text().replace("0.0\n", "0.1\n"))
    log.write_text(log.read_text().replace("0.1\n", "0.0\n", 3))
    told = report(capsys, str(log))
    assert "Finished without trouble" in told
    assert "As good as its best." in told
