"""What `watch` tells of a log that floods."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tailwatch.core.events import Data, Notice, Text, Tick
from tailwatch.core.messages import MAX_TEMPLATES
from tailwatch.language import language
from tailwatch.report.flood import FIRST, INTERVAL_S
from tailwatch.report.watch import watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tailwatch.core.events import SourceEvent

SAMPLES = Path(__file__).parents[2] / "sample_logs"
ENDED = Notice("ended", 1e4, Text("the pipe was closed"))


def words(n: int) -> str:
    """A name of letters alone, another one for each number."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{n:05d}")


def storm(first: int, count: int) -> bytes:
    """So many different errors."""
    return "".join(f"RuntimeError: {words(n)} failed in {words(n + 7)}\n" for n in range(first, first + count)).encode()


def told(events: Iterable[SourceEvent]) -> list[dict[str, object]]:
    """What is told of them about messages."""
    out = io.StringIO()
    watch(iter(events), "-", out, as_json=True, until_exit=False)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    return [row for row in rows if row["event"] in ("message", "messages")]


def test_a_storm_of_different_errors_is_told_by_the_first_few_and_a_count() -> None:
    """However many there are; none is missing from the sum."""
    for count in (FIRST, FIRST + 1, 300, MAX_TEMPLATES + 500):
        rows = told([Data(storm(0, count), 1.0), ENDED])
        assert [row["line"] for row in rows if row["event"] == "message"] == list(range(1, FIRST + 1))
        assert sum(row["count"] for row in rows if row["event"] == "messages") == count - FIRST  # type: ignore[misc]


def test_a_message_of_another_kind_passes_in_the_midst_of_a_storm() -> None:
    """It is told where it stands, not counted among the others."""
    full = b"OSError: [Errno 28] No space left on device\n"
    rows = told([Data(storm(0, 50) + full + storm(50, 50), 1.0), ENDED])
    assert [row["line"] for row in rows if row["event"] == "message"][-1] == 51
    counted = [row for row in rows if row["event"] == "messages"]
    assert [(row["count"], row["first_line"], row["last_line"]) for row in counted] == [(95, 6, 101)]


def test_a_storm_that_goes_on_is_counted_once_an_interval() -> None:
    """Then the next few are told again."""
    chunks = [Data(storm(10 * n, 10), float(n)) for n in range(int(2 * INTERVAL_S))]
    rows = told([*chunks, ENDED])
    assert [row["event"] for row in rows] == [*["message"] * FIRST, "messages"] * 2
    assert sum(int(str(row.get("count", 1))) for row in rows) == 10 * len(chunks)


def test_what_was_held_back_is_told_though_nothing_follows() -> None:
    """The clock is enough, and so is the end."""
    assert [row["event"] for row in told([Data(storm(0, 7), 1.0), Tick(1.0 + INTERVAL_S)])][-1] == "messages"
    assert [row["event"] for row in told([Data(storm(0, 7), 1.0)])][-1] == "messages"


def test_a_count_is_one_line_of_text_in_any_language() -> None:
    """With the place of the first and the last one."""
    for name, said in (("en", "fatal (lines 6 to 9): 4 more of the kind, such as: RuntimeError"), ("zh", "第 6 至 9 行")):
        out = io.StringIO()
        watch(iter([Data(storm(0, 9), 1.0), ENDED]), "-", out, as_json=False, until_exit=False, language=language(name))
        assert sum(said in line for line in out.getvalue().splitlines()) == 1


def epochs_told(*texts: str) -> list[tuple[object, object]]:
    """What is told of epochs where the texts come one after the other."""
    out = io.StringIO()
    events: list[SourceEvent] = [Data(text.encode(), float(at)) for at, text in enumerate(texts)]
    watch(iter([*events, ENDED]), "-", out, as_json=True, until_exit=False)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    return [(row["epoch"], row["values"]) for row in rows if row["event"] == "epoch"]


def test_what_a_later_line_says_of_an_epoch_is_told_when_it_comes() -> None:
    """Validation is often printed by itself, minutes after the training; also together with the first line of the next epoch."""
    assert epochs_told("Epoch 1 train_loss 0.5\n", "Epoch 1 val_loss 0.6\n", "Epoch 2 train_loss 0.4\n") == [
        (1, {"train_loss": 0.5}),
        (1, {"val_loss": 0.6}),
        (2, {"train_loss": 0.4}),
    ]
    assert epochs_told("Epoch 1 train_loss 0.5\n", "Epoch 1 val_loss 0.6\nEpoch 2 train_loss 0.4\n") == [
        (1, {"train_loss": 0.5}),
        (1, {"val_loss": 0.6}),
        (2, {"train_loss": 0.4}),
    ]


def test_a_long_history_is_told_by_its_newest_epoch() -> None:
    text = "".join(f"Epoch {n} train_loss {1 / n:.3f} val_loss {1.2 / n:.3f}\n" for n in range(1, 41))
    assert epochs_told(text) == [(40, {"train_loss": 0.025, "val_loss": 0.03})]


def test_values_of_one_name_are_told_apart_by_their_split() -> None:
    """A test after the training does not pass for a training value."""
    text = (SAMPLES / "keras/two_callbacks_disagree.log").read_text()
    ((epoch, values),) = epochs_told(text)
    assert epoch == 9
    assert isinstance(values, dict)
    assert (values["loss"], values["val_loss"], values["test loss"]) == (0.0408, 0.4227, 0.3746)
