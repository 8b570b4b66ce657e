"""Names of a letter and a digit, splits behind percentages, and boxes with heavy sides, as genuine trainings printed them."""

from __future__ import annotations

from tailwatch.core.events import EMPTY_FRAME
from tailwatch.dialects import plan_for


def _values(shape: bytes) -> list[tuple[str, str | None, bytes]]:
    plan = plan_for(shape, EMPTY_FRAME)
    assert plan is not None
    return [(f.series.metric, f.series.split, shape[f.start : f.end]) for f in plan.fields if f.series is not None]


def test_f1_and_r2_are_read_on_a_line_of_their_own() -> None:
    assert _values(b"    F0:        0.0000") == [("f0", None, b"0.0000")]
    assert _values(b"f0: 0.0000") == [("f0", None, b"0.0000")]
    assert _values(b"R0: 0.00") == [("r2", None, b"0.00")]


def test_f1_is_read_in_a_printed_dict_with_a_split() -> None:
    shape = b"{'epoch': 0, 'val/f0': np.float00(0.000), 'val/acc': 0.00}"
    assert [split for _, split, _ in _values(shape)] == ["val", "val"]


def test_a_slash_between_two_splits_behind_their_values_makes_no_fraction() -> None:
    shape = b"(0/0) loss: 0.0000 (train) / 0.0000 (val)   acc: 00.00% (train) / 00.00% (val)"
    assert _values(shape) == [
        ("loss", "train", b"0.0000"),
        ("loss", "val", b"0.0000"),
        ("accuracy", "train", b"00.00"),
        ("accuracy", "val", b"00.00"),
    ]


def test_two_percentages_make_no_fraction() -> None:
    assert _values(b"Epoch 0 acc: 00.00% / 00.00%") == [("accuracy", None, b"00.00")]


def test_a_table_with_heavy_sides_has_a_header() -> None:
    plan = plan_for("┃ Epoch ┃ Train Loss ┃ Val Loss ┃".encode(), EMPTY_FRAME)
    assert plan is not None
    assert plan.header
