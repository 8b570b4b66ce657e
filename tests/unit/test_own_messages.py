"""The user's own verdicts: from the configuration, from a key in the pane, kept in a file that people edit too."""

import threading
import tomllib

import pytest

from tailwatch.catalogue.own import OwnRules
from tailwatch.config import DEFAULTS, load
from tailwatch.config_tables import OwnMessage
from tailwatch.core.errors import UsageError
from tailwatch.core.events import Data
from tailwatch.core.messages import literal_of
from tailwatch.remember import remember
from tailwatch.report.explain import explain
from tailwatch.session import Session

ODD = "WARNING: the frobnicator 17 is odd"


def heard(text, *messages):
    session = Session(settings=DEFAULTS._replace(message=messages))
    session.feed(Data(f"{text}\n".encode(), 0.0))
    session.finish()
    return session


def test_a_message_may_be_called_harmless_hidden_or_alarming():
    """Each verdict does what it says, and a hidden message is still counted."""
    harmless = heard(ODD, OwnMessage(text="the frobnicator {} is odd", verdict="harmless")).messages.entries()
    hidden = heard(ODD, OwnMessage(text="frobnicator", verdict="hide")).messages.entries()
    alarming = heard(ODD, OwnMessage(text="frobnicator", verdict="alert"))
    assert [entry.label for entry in harmless] == ["harmless"]
    assert [(entry.label, entry.hidden, entry.count) for entry in hidden] == [("unknown", True, 1)]
    assert [finding.opinion.id for finding in alarming.findings.open] == ["asked_for"]


def test_a_rule_of_the_catalogue_may_be_overruled():
    """A verdict that names a rule holds for every message of that rule, in explain too."""
    text = "RuntimeError: Physical devices cannot be modified after being initialized"
    rule = explain(text).rule
    own = OwnMessage(rule=rule, verdict="harmless", why="it is caught", where="config.toml")
    (entry,) = heard(text, own).messages.entries()
    assert (entry.rule, entry.label, entry.why) == (rule, "harmless", "it is caught")
    assert explain(text, messages=(own,))[:3] == ("harmless", rule, "it is caught")


def test_a_verdict_given_while_the_log_is_read_holds_for_what_was_said_before():
    """What is in the book changes its label at once, and later lines get it too."""
    session = heard(ODD)
    session.adopt(OwnMessage(text=literal_of(ODD), verdict="harmless"))
    session.feed(Data(f"{ODD}\n".encode(), 0.0))
    (entry,) = session.messages.entries()
    assert (entry.label, entry.count) == ("harmless", 2)


def test_a_verdict_on_nothing_is_refused():
    """A table without a text and a rule would fit everything."""
    with pytest.raises(UsageError, match="text or a rule"):
        OwnRules([OwnMessage(verdict="hide", where="config.toml: [[message]] number 1")])


def test_what_is_remembered_is_read_again_and_nothing_else_changes(tmp_path):
    """Comments and order of the file stay; what was written comes back, quotes and all."""
    path = tmp_path / "config.toml"
    path.write_text("# mine\nlang = 'en' # always\n[[message]]\ntext = 'a'\nverdict = 'hide'", "utf-8")
    before = path.read_text("utf-8")
    odd = OwnMessage(text='say "{}" \\ 错误 \x7f', verdict="harmless")
    remember(odd, str(path))
    assert path.read_text("utf-8").startswith(before)
    settings = load({"config": str(path)}, {})
    assert settings.lang == "en"
    assert [(m.text, m.verdict) for m in settings.message] == [("a", "hide"), (odd.text, "harmless")]


def test_a_broken_file_is_left_alone(tmp_path):
    """What cannot be read is not written to."""
    path = tmp_path / "config.toml"
    path.write_text("lang = ", "utf-8")
    with pytest.raises(UsageError, match="no valid TOML"):
        remember(OwnMessage(text="a b", verdict="hide"), str(path))
    assert path.read_text("utf-8") == "lang = "


def test_two_writers_lose_nothing(tmp_path):
    """Verdicts given at the same time are all kept."""
    path = tmp_path / "new" / "config.toml"
    writers = [
        threading.Thread(target=remember, args=(OwnMessage(text=f"message {n}", verdict="hide"), str(path))) for n in range(12)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(tomllib.loads(path.read_text("utf-8"))["message"]) == 12


SCALE = "WARNING: the frobnicator scales to {scale} now"


@pytest.fixture
def read(tmp_path):
    """Read a configuration file of this text."""

    def reader(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return load({"config": str(path)}, {}).message

    return reader


def labels(messages, *lines):
    return [entry.label for entry in heard("\n".join(lines), *messages).messages.entries()]


def test_a_number_named_in_the_text_decides(read):
    """The same words are harmless and fatal, as the number says, whatever came first."""
    own = read(f"""
[[message]]
text = "{SCALE}"
verdict = "harmless"
[[message.when]]
number = "scale"
below = 2
verdict = "fatal"
why = "nothing is learned any more"
""")
    assert labels(own, SCALE.format(scale="65,536"), SCALE.format(scale=1)) == ["harmless", "fatal"]
    assert explain(SCALE.format(scale="1e-3"), messages=own)[:3] == ("fatal", "", "nothing is learned any more")
    assert explain(SCALE.format(scale="nan"), messages=own).label == "harmless"
    assert explain(SCALE.format(scale="much"), messages=own).label == "unknown"


def test_digits_of_the_text_count_in_lines_of_one_shape():
    """A line that differs only in a digit from the one that was named is another message."""
    own = OwnMessage(text="widget code 17", verdict="fatal")
    session = heard("widget code 18\nwidget code 17\nwidget code 19", own)
    assert [(entry.label, entry.first_line) for entry in session.messages.entries()] == [("fatal", 2)]


def test_an_expression_names_numbers_too(read):
    """With RE2, `pattern` is searched in the line, and its groups are numbers."""
    pytest.importorskip("re2")
    own = read("""
[[message]]
pattern = 'widget [AB]\\d: (?P<left>\\d+) left$'
verdict = "hide"
[[message.when]]
number = "left"
equals = 0
verdict = "alert"
""")
    session = heard("widget A7: 12 left\nwidget C1: 0 left\nwidget B2: 0 left", *own)
    assert [(entry.hidden, entry.alert, entry.first_line) for entry in session.messages.entries()] == [
        (True, False, 1),
        (False, True, 3),
    ]


def test_a_hostile_line_costs_an_expression_of_the_user_no_time(read):
    """What would make a backtracking engine hang is answered."""
    pytest.importorskip("re2")
    own = read("[[message]]\npattern = '(a+)+$'\nverdict = 'fatal'\n")
    assert explain("a" * 20000 + "!", messages=own).label == "none"


def test_a_verdict_may_wait_for_repeats_and_for_other_messages(read):
    """The third time is another thing than the first, and so is a message after a certain one."""
    own = read("""
[[message]]
text = "the frobnicator {} is odd"
verdict = "harmless"
[[message.when]]
repeats = 3
verdict = "actionable"

[[message]]
text = "the widget is loose"
verdict = "info"
[[message.when]]
seen = "tensorflow.devices_already_initialized"
verdict = "fatal"
""")
    assert labels(own, ODD, ODD) == ["harmless"]
    assert labels(own, ODD, ODD, ODD) == ["actionable"]
    loose = "WARNING: the widget is loose"
    other = "RuntimeError: Physical devices cannot be modified after being initialized"
    assert labels(own, loose) == ["info"]
    assert labels(own, loose, other)[0] == "fatal"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("text = 'a b'\nverdict = 'hide'\n[[message.when]]\nnumber = 'x'\nverdict = 'fatal'", "when number 1: number: neither"),
        (
            "text = '{x} b'\nverdict = 'hide'\n[[message.when]]\nnumber = 'x'\nbelow = 'y'\nverdict = 'fatal'",
            "below must be a number",
        ),
        ("text = 'a b'\nverdict = 'hide'\n[[message.when]]\nrepeat = 3\nverdict = 'fatal'", "did you mean 'repeats'"),
        ("text = 'a b'\nverdict = 'hide'\n[[message.when]]\nrepeats = 3", "when number 1 needs a verdict"),
        ("text = 'a b'\nverdict = 'hide'\nwhen = 3", "when must be a list of tables"),
        ("rule = 'torch.no_such_rule'\nverdict = 'hide'", "rule: the catalogue has no rule"),
        ("text = '{x} and {x}'\nverdict = 'hide'", "text names a number twice"),
        ("pattern = '(a'\nverdict = 'hide'", "pattern cannot be used"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_and_key(read, table, said):
    """The sentence names the file, the table and the key."""
    with pytest.raises(UsageError) as refused:
        heard("x", *read(f"[[message]]\n{table}\n"))
    assert "mine.toml: [[message]] number 1" in str(refused.value)
    assert said in str(refused.value)
