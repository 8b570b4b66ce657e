"""Tuples with named values behave as those of `typing` do."""

from __future__ import annotations

import pickle
import typing

import pytest

from tailwatch.core.named import NamedTuple


class Place(NamedTuple):
    """Where a value stands."""

    line: int
    offset: int = 0
    unit: str | None = None

    @property
    def told(self) -> str:
        return f"line {self.line}"

    @classmethod
    def first(cls) -> Place:
        return cls(1)


class Same(typing.NamedTuple):
    line: int
    offset: int = 0
    unit: str | None = None


class Alone(NamedTuple):
    line: int


def test_values_are_given_by_place_and_by_name_and_else_the_defaults_hold() -> None:
    """And the class keeps what else it defines."""
    for made in (Place(3, 40), Place(line=3, offset=40), Place(3, unit=None, offset=40), Place._make([3, 40, None])):
        assert made == (3, 40, None) == Same(3, 40)
        assert (made.line, made.offset, made.unit, made.told) == (3, 40, None, "line 3")
    assert Place.first() == (1, 0, None)
    assert (Alone(7), Alone(line=7).line) == ((7,), 7)


def test_it_tells_of_itself_what_those_of_typing_tell() -> None:
    """Representation, fields, and what it is when it is taken apart."""
    assert repr(Place(3, 40)) == repr(Same(3, 40)).replace("Same", "Place")
    assert (Place._fields, Place.__match_args__, Place.__doc__) == (Same._fields, Same.__match_args__, "Where a value stands.")
    assert Place(3)._asdict() == Same(3)._asdict()
    assert (Place.__module__, Place.__qualname__) == (__name__, "Place")
    match Place(3, 40):
        case Place(line, offset):
            assert (line, offset) == (3, 40)


def test_a_value_is_replaced_in_a_copy() -> None:
    """And none that there is not."""
    place = Place(3, 40)
    assert (place._replace(offset=8), place) == ((3, 8, None), (3, 40, None))
    assert type(place._replace(offset=8)) is Place
    with pytest.raises(ValueError, match="row"):
        place._replace(row=1)


def test_it_takes_neither_fewer_nor_further_values_nor_other_attributes() -> None:
    """As the one of typing."""
    for wrong in (Place, lambda: Place(1, 2, "s", 4), lambda: Place(1, row=2), lambda: Place(1, line=2)):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(AttributeError):
        Place(1).row = 2
    with pytest.raises(AttributeError):
        Place(1).line = 2


def test_it_survives_the_way_to_another_process() -> None:
    """As every part of a session must."""
    again = pickle.loads(pickle.dumps(Place(3, 40, "s")))
    assert (again, type(again)) == (Place(3, 40, "s"), Place)


def test_a_value_without_a_default_stands_before_those_with_one() -> None:
    """Else it could not be given by its place."""
    with pytest.raises(TypeError, match="default"):

        class Wrong(NamedTuple):
            line: int = 0
            offset: int
