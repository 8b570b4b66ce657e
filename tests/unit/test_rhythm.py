"""How often the diagnoses look at values that come by the thousand."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice
from tailwatch.core.rhythm import MOST, RESULTS_GROWTH, Looks
from tailwatch.core.text import render
from tailwatch.session import Session

ALL = 2 * RESULTS_GROWTH


def looks(values: int, *, begun: int = 0) -> list[int]:
    """After which of so many results it is time to look; another segment begins before one."""
    found = Looks()
    at = []
    for count in range(1, values + 1):
        if count == begun:
            found.begin_segment()
        if found.due("epoch", 1):
            at.append(count)
    return at


def test_each_of_the_first_two_thousand_results_is_looked_at() -> None:
    """Then never more than a thousandth later than it could be, nor than so many results."""
    at = looks(40 * ALL)
    assert at[: ALL - 1] == list(range(1, ALL))
    spaces = [(behind - before, before) for before, behind in zip(at[ALL:], at[ALL + 1 :], strict=False)]
    assert all(1 < space <= max(2, before // RESULTS_GROWTH + 1) <= MOST for space, before in spaces)
    assert len(at) < 4 * ALL


def test_results_of_another_segment_are_looked_at_one_by_one_again() -> None:
    """They are few."""
    begun = 3 * ALL
    assert looks(begun + 99, begun=begun)[-100:] == list(range(begun, begun + 100))


def test_the_look_is_told_beforehand() -> None:
    """So that the values up to it can be taken together."""
    singly, together = Looks(), Looks()
    for _ in range(2 * ALL):
        wait = together.until_look("epoch")
        assert [singly.due("epoch", 1) for _ in range(wait)] == [*[False] * (wait - 1), True]
        assert together.due("epoch", wait)


def rounds(count: int, turn: int) -> bytes:
    """Boosting that overfits from a round on."""
    trains = [0.05 + 0.6 * 0.999**n for n in range(count)]
    vals = [0.2 + 0.5 * 0.999 ** min(n, turn) + 1e-4 * max(0, n - turn) for n in range(count)]
    return "".join(
        f"[{n}]\ttrain-logloss:{t:.5f}\tvalid-logloss:{v:.5f}\n" for n, (t, v) in enumerate(zip(trains, vals, strict=True))
    ).encode()


def judged(chunks: list[bytes]) -> list[object]:
    """What is found in the end."""
    session = Session()
    for chunk in chunks:
        session.feed(Data(chunk, 1.0))
    session.feed(Notice("ended", 2.0, ""))
    return [(f.key, f.opened, f.raised, f.closed, render(f.opinion.title)) for f in session.findings.findings]


def test_thousands_of_results_are_judged_the_same_however_they_come() -> None:
    """Line by line, or together; and the last one is always seen."""
    log = rounds(ALL + 1500, ALL + 100)
    found = judged([log])
    assert found == judged([line + b"\n" for line in log.splitlines()])
    assert "overfitting/0/" in str(found)
    assert f"{float(log.rsplit(b':', 1)[1]):.4g}" in str(found)
