"""The user's own verdicts: from the configuration, from a key in the pane, kept in a file that people edit too."""

import threading
import tomllib

import pytest

from tailwatch.catalogue.own import OwnRules
from tailwatch.config import DEFAULTS, OwnMessage, load
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
