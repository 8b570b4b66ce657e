"""Unknown messages are sorted by how likely they matter, never by their words alone."""

import json

from tailwatch.core.events import Data
from tailwatch.core.importance import by_importance, trouble_lines
from tailwatch.report.build import build
from tailwatch.session import Session


def read(text):
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.finish()
    return session


def order(text):
    session = read(text)
    unknown = [entry for entry in session.messages.entries() if entry.label == "unknown"]
    return [entry.title.split()[0] for entry in by_importance(unknown, trouble_lines(session.findings.findings))]


def test_levels_count_more_than_words():
    """An error in mild words comes before a warning that screams."""
    assert order("WARNING: fatal catastrophe, everything failed\nERROR: frobs are somewhat odd\n") == ["frobs", "fatal"]


def test_own_code_comes_before_libraries():
    """What the script itself warns of matters more than the same warning of an installed library."""
    text = (
        "/opt/lib/python3.11/site-packages/zzlib/a.py:7: UserWarning: library frob\n  frob()\n"
        "/home/me/train.py:7: UserWarning: own frob\n  frob()\n"
    )
    assert order(text) == ["own", "library"]


def test_what_is_said_often_comes_before_what_is_said_once():
    """Of two warnings of one form the repeated one is shown first."""
    assert order("WARNING: alpha frob\n" + "WARNING: beta frob 7\n" * 40) == ["beta", "alpha"]


def test_what_the_run_suffered_after_comes_first():
    """A warning right before the loss became NaN is looked at before one that came long before it."""
    calm = "".join(f"epoch {n} loss {1 / (n + 1):.4f}\n" for n in range(300))
    text = f"WARNING: alpha frob\n{calm}WARNING: beta frob\nepoch 300 loss nan\nepoch 301 loss nan\n"
    assert order(text) == ["beta", "alpha"]


def test_the_report_lists_them_in_that_order():
    """As data the known messages come in the order of the log, the unknown ones behind them by importance."""
    text = "WARNING: alpha frob\nERROR: beta frob\nRuntimeError: Physical devices cannot be modified after being initialized\n"
    told = json.loads(json.dumps(build(read(text), "x")))["messages"]
    assert [message["sample"].split()[-2] for message in told[1:]] == ["beta", "alpha"]
    assert told[0]["rule"]
