"""What fills a log: redraws, copies, tracebacks of every rank, blank lines, and the share of the bytes they are."""

from pathlib import Path

import pytest

from tailwatch.cli import main
from tailwatch.core.events import Data
from tailwatch.report.hygiene import hygiene
from tailwatch.session import Session

LOGS = Path(__file__).parents[2] / "sample_logs"
TRACEBACK = """[rank{n}]: Traceback (most recent call last):
[rank{n}]:   File "/home/me/train.py", line 3, in <module>
[rank{n}]:     main()
[rank{n}]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
"""


def of(text):
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.finish()
    return hygiene(session)


def test_redraws_are_counted_in_bytes():
    """Of 100 states of a bar the last one says something; the others, and their carriage returns, are waste."""
    states = [f"Epoch 1: {n:3d}/100 [{n:3d}%]" for n in range(101)]
    text = "\r".join(states) + "\n"
    found = of(text)
    assert found.redraws == (100, len(text) - len(states[-1]) - 1)
    assert found.share == pytest.approx(1 - (len(states[-1]) + 1) / len(text))


def test_where_no_bar_was_redrawn_no_bytes_are_redraws():
    """Carriage returns of a file that is no log at all fold nothing."""
    found = of("ab\r\x01\x02\r" * 200 + "\n")
    assert found.redraws == (0, 0)


def test_copies_of_a_warning_and_blank_lines_are_counted():
    """The first copy says something, the further ones nothing; neither do empty lines."""
    warning = "WARNING: the frobnicator is odd\n"
    found = of(warning * 12 + "\n" * 5)
    assert found.copies == (11, 11 * len(warning))
    assert found.blanks == (5, 5)
    assert found.tracebacks.times == 0


def test_a_traceback_of_every_rank_is_one_and_copies():
    """Eight ranks that print the same traceback say it once."""
    found = of("".join(TRACEBACK.format(n=n) for n in range(8)))
    assert found.tracebacks.times == 7
    assert found.copies.times == 0
    assert found.share > 0.7


def test_the_report_says_it_where_it_is_much_and_is_silent_otherwise(capsys):
    """A log full of redraws is told so; one whose lines all say something is not."""
    main(["report", "--lang", "en", str(LOGS / "keras" / "seven_replicas_overfit.log")])
    assert " % of this file says nothing new: 163 redraws of progress bars" in " ".join(capsys.readouterr().out.split())
    main(["report", "--lang", "en", str(LOGS / "huggingface" / "evaluation_by_step_overfit.log")])
    assert "says nothing new" not in capsys.readouterr().out
