"""Our frozen dataclasses behave as those of the standard library."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus import records
from litmus.records import dataclass

Decorator = Callable[..., Any]


def family(decorator: Decorator) -> tuple[type, type, type]:
    """A class with every kind of field, one that extends it, and one compared by identity."""

    @decorator(frozen=True, slots=True)
    class Base:
        """A base."""

        first: object
        second: object = 2
        listed: list[object] = field(default_factory=list)
        hidden: object = field(default=None, compare=False, repr=False, kw_only=True)

        def doubled(self) -> tuple[object, object]:
            return self.first, self.first

    @decorator(frozen=True, slots=True)
    class Extended(Base):
        """One field more."""

        third: object = 3

        def doubled(self) -> tuple[object, object]:
            return Base.doubled(self)[0], self.third

    @decorator(frozen=True, slots=True, eq=False)
    class Identical:
        """Equal to nothing but itself."""

        first: object

    return Base, Extended, Identical


OURS, THEIRS = family(records.dataclass), family(dataclasses.dataclass)


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers, at the top of a module so that pickle finds it."""

    x: int
    y: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A number that is looked at."""

    x: int

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("negative")


@dataclass(frozen=True, slots=True)
class Named:
    """Shown by its name."""

    name: str

    def __repr__(self) -> str:
        return self.name


values = st.one_of(st.integers(0, 2), st.sampled_from(["", "a"]))
arguments = st.tuples(st.integers(0, 1), st.lists(values, min_size=1, max_size=2), st.none() | values)


def made(classes: tuple[type, ...], number: int, positional: list[object], hidden: object) -> Any:
    """An object of one of the classes."""
    return classes[number](*positional, hidden=hidden)


@given(arguments, arguments)
def test_equality_and_text_are_those_of_dataclasses(one: Any, other: Any) -> None:
    ours, theirs = [(made(classes, *one), made(classes, *other)) for classes in (OURS, THEIRS)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert repr(ours) == repr(theirs)
    assert [f.name for f in fields(ours[0])] == [f.name for f in fields(theirs[0])]
    assert ours[0].doubled() == theirs[0].doubled()


@given(st.integers(), st.integers(), st.integers())
def test_equal_points_are_one_key(x: int, y: int, z: int) -> None:
    assert hash(Point(x, y)) == hash(Point(x, y))
    assert len({Point(x, y), Point(y=y, x=x), Point(x, z)}) == 1 + (y != z)
    assert Point(x, y) != (x, y)
    assert replace(Point(x, y), y=z) == Point(x, z)


@given(st.integers(), st.integers())
def test_copies_are_equal(x: int, y: int) -> None:
    point = Point(x, y)
    assert copy.copy(point) == copy.deepcopy([point])[0] == pickle.loads(pickle.dumps(point)) == point


def test_each_object_has_its_own_default() -> None:
    one, other = OURS[0](1), OURS[0](1)
    one.listed.append(5)
    assert (one.second, one.hidden, other.listed) == (2, None, [])


def test_patterns_match_by_position() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_fields_cannot_be_set_or_deleted() -> None:
    point: Any = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.other = 2
    assert point == Point(1)
    assert not hasattr(point, "__dict__")


def test_missing_and_unknown_arguments_are_errors() -> None:
    unchecked: Any = Point
    for call in (lambda: unchecked(), lambda: unchecked(1, 2, 3), lambda: unchecked(1, z=2)):
        with pytest.raises(TypeError):
            call()


def test_what_a_class_defines_itself_stays() -> None:
    assert repr(Named("a")) == "a"
    assert Checked(1) == Checked(1)
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)


def test_identity() -> None:
    one, other = OURS[2](1), OURS[2](1)
    assert one == one and one != other and len({one, other}) == 2


def test_other_dataclasses_are_left_alone() -> None:
    @dataclass(slots=True)
    class Open:
        """Not frozen."""

        x: int

    found = Open(1)
    found.x = 2
    assert found == Open(2)
