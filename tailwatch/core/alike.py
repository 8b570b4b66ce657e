"""Lines of new shapes that differ only in words which mean nothing to any dialect: `saved to /data/qub`, `saved to /data/fizz`.

A log may invent a word a line (a file, an identity, a sentence of the user's), so that every shape is new, and asking the
dialects about each costs several times what the rest of reading does. What they say does not hang on a word in which no literal
of any of their patterns stands, but for its length, which a bounded repetition may count, and for where it stands in a series'
name. So a plan is taken over only where several lines of the form were asked about, all gave the same, and no word is longer or
shorter than theirs; the words stand in the names then as they did. Nothing of this is done before a log has shown many new
shapes, nor where it does not help: logs of genuine runs have some hundred shapes and are asked about one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import le

from tailwatch.core.events import SeriesSpec
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.plans import Runner
from tailwatch.core.ready import ready
from tailwatch.core.renaming import renamed, specs_of
from tailwatch.core.typed import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tailwatch.core.events import Field, Frame, Plan
    from tailwatch.core.ready import Spans

    Planned = tuple[int, int, Plan]
    """Where a piece of a shape begins and ends, and its plan."""
    Piece = tuple[int, int, Runner, Spans]
    """The same, and what reads it: the runner, and where in the piece its fields stand."""

ENOUGH: Final = 4
"""So many lines of a form have to agree."""
NOT_BEFORE: Final = 128
"""So many shapes are asked about first, and after each look that shows it was in vain twice as many."""
LOOK_AFTER: Final = 128
WORTH_IT: Final = 8
"""It is in vain where fewer than one of so many shapes was spared the dialects."""
LONGEST_PAUSE: Final = 16_384
MAX_FORMS: Final = 4096
MAX_WORDS: Final = 50_000

_WORD: Final = lazy(rb"((?<![A-Za-z0\x80-\xff])[A-Za-z]{3,12}(?![A-Za-z0\x80-\xff]))")
"""A word that touches no digit, where it might be a unit, and nothing that is not ASCII."""
_LETTERS: Final = lazy("([A-Za-z]+)")
_MARK: Final = b"\x01"
_LOWER, _TITLE, _UPPER = b"\x01l", b"\x01t", b"\x01u"


class Words(Protocol):
    """What dialects know of words."""

    def mean(self, word: bytes) -> bool:
        """Whether a word may mean something to any of them; one that is written in no common way always may."""
        ...

    def matter(self, shape: bytes) -> bool:
        """Whether any word of a shape does; a shape where none does is soon asked about."""
        ...


class Form(NamedTuple):
    """A shape with marks for its words that mean nothing, these words, and where they end."""

    text: bytes
    words: list[bytes]
    shape: bytes

    def sizes(self) -> list[int]:
        """Return how long each of the words is, and the shape."""
        return [*map(len, self.words), len(self.shape)]

    def ends(self) -> tuple[list[int], list[int]]:
        """Return where the words begin and where they end in the shape."""
        starts, ends, at, shift = [], [], 0, 0
        for word in self.words:
            at = self.text.index(_MARK, at)
            starts.append(at + shift)
            ends.append(at + shift + len(word))
            shift += len(word) - len(_LOWER)
            at += len(_LOWER)
        return starts, ends


class Alike:
    """Asks the dialects, or takes over what they said of lines of the same form."""

    def __init__(self, words: Words, ask: Callable[[bytes, Frame], list[Planned]]) -> None:
        """Take for meaningless what `words` says; `ask` the dialects."""
        self._words = words
        self._ask = ask
        self._forms: dict[tuple[Frame, bytes], _Learned] = {}
        self._marks: dict[bytes, bytes] = {}
        self._not_before = self._pause = NOT_BEFORE
        self._asked = self._looked_at = self._spared = 0

    def __getstate__(self) -> dict[str, object]:
        """A pickled one learns anew."""
        return {**self.__dict__, "_forms": {}, "_marks": {}}

    def pieces(self, shape: bytes, frame: Frame) -> list[Piece]:
        """Return what reads the pieces of a shape."""
        self._asked += 1
        form = self.form(shape) if self._asked > self._not_before and self._words.matter(shape) else None
        if form is None:
            return [_made_ready(shape, *one) for one in self._ask(shape, frame)]
        known = self._forms.get((frame, form.text))
        self._look_back(spared := known is not None and known.holds(form))
        if known is not None and spared:
            return known.pieces(form)
        plans = self._ask(shape, frame)
        found = [_made_ready(shape, *one) for one in plans]
        if known is not None:
            known.compare(form, plans)
        else:
            if len(self._forms) >= MAX_FORMS:
                self._forms.clear()
            self._forms[frame, form.text] = _Learned(form, plans, found)
        return found

    def form(self, shape: bytes) -> Form | None:
        """Return the form of a shape, None where it is its own: no word means nothing, or one comes twice."""
        parts = _WORD.split(shape)
        if len(parts) == 1 or _MARK in shape:
            return None
        get, words = self._marks.get, parts[1::2]
        marks = [get(word) or self._mark(word) for word in words]
        strange = [word for word, mark in zip(words, marks, strict=True) if mark is not word and mark != word]
        if not strange or len({word.lower() for word in strange}) < len(strange):
            return None
        parts[1::2] = marks
        return Form(b"".join(parts), strange, shape)

    def _mark(self, word: bytes) -> bytes:
        """Return what stands for a word in the form: itself, or the mark of one that means nothing."""
        if len(self._marks) >= MAX_WORDS:
            self._marks.clear()
        strange = _LOWER if word.islower() else _UPPER if word.isupper() else _TITLE
        mark = word if self._words.mean(word) else strange
        self._marks[word] = mark
        return mark

    def _look_back(self, spared: bool) -> None:  # noqa: FBT001
        """See now and then whether it was worth while."""
        self._spared += spared
        self._looked_at += 1
        if self._looked_at < LOOK_AFTER:
            return
        if self._spared * WORTH_IT < self._looked_at:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self._not_before = self._asked + self._pause
        self._looked_at = self._spared = 0


class _Learned:
    """What was learned of the lines of one form: the plans of the first, and how far others may differ from those that agreed."""

    def __init__(self, form: Form, plans: list[Planned], pieces: list[Piece]) -> None:
        self._starts, self._ends = form.ends()
        self._words = form.words
        self._plans = plans
        self._ready = [
            (self._placed(start, end), runner, [self._placed(a, b, start) for a, b in spans])
            for start, end, runner, spans in pieces
        ]
        self._agreed = 1
        self._least = self._most = form.sizes()
        series = [f.series for _, _, plan in plans for f in plan.fields if f.series is not None]
        self._called = {spec: called for spec in series if (called := _Called.of(spec, form.words)) is not None}
        named = any(f.name_field >= 0 for _, _, plan in plans for f in plan.fields)
        self._renames = not named and bool(self._called)
        self._same_names = not named and (not self._called or all(type(runner) is Runner for _, _, runner, _ in pieces))
        borders = [border for start, end, plan in plans for border in _borders(start, end, plan)]
        if any(start < at < end for at in borders for start, end in zip(self._starts, self._ends, strict=True)):
            self._agreed = -1  # a field begins within a word

    def holds(self, form: Form) -> bool:
        """Whether what was learned is known to hold for a line."""
        if self._agreed < ENOUGH:
            return False
        sizes = form.sizes()
        return all(map(le, self._least, sizes)) and all(map(le, sizes, self._most))

    def compare(self, form: Form, plans: list[Planned]) -> None:
        """Learn from one more line what the dialects say of it."""
        if self._agreed < 0:
            return
        if self.plans(form) != plans:
            self._agreed = -1
            return
        self._agreed += 1
        sizes = form.sizes()
        self._least = list(map(min, self._least, sizes))
        self._most = list(map(max, self._most, sizes))

    def plans(self, form: Form) -> list[Planned]:
        """Return the plans for a line, as the dialects would make them."""
        shift = self._shifts(form)
        ends = self._ends
        found = []
        for start, end, plan in self._plans:
            first = start + shift[bisect_right(ends, start)]
            fields = tuple([self._moved(f, start, first, shift, form) for f in plan.fields])
            found.append((first, end + shift[bisect_right(ends, end)], plan._replace(fields=fields)))
        return found

    def pieces(self, form: Form) -> list[Piece]:
        """Return what reads the pieces of a line."""
        if not self._same_names:
            return [_made_ready(form.shape, *one) for one in self.plans(form)]
        shift = self._shifts(form)
        return [
            (
                a + shift[i],
                b + shift[j],
                self._renamed(runner, form.words) if self._renames else runner,
                tuple([(c + shift[k] - shift[i], d + shift[n] - shift[i]) for c, k, d, n in spans]),
            )
            for (a, i, b, j), runner, spans in self._ready
        ]

    def _renamed(self, runner: Runner, words: list[bytes]) -> Runner:
        """Return the runner with those words in its series' names."""
        called = self._called.get
        specs = [(spec, called(spec)) for spec in specs_of(runner)]
        return renamed(runner, tuple([spec if name is None else name.with_words(words) for spec, name in specs]))

    def _placed(self, a: int, b: int, start: int = 0) -> tuple[int, int, int, int]:
        """Return the borders of a span within a piece, and behind how many words each stands."""
        return a, bisect_right(self._ends, start + a), b, bisect_right(self._ends, start + b)

    def _shifts(self, form: Form) -> list[int]:
        """Return how far what stands behind so many of the words is moved."""
        return list(accumulate([len(new) - len(old) for new, old in zip(form.words, self._words, strict=True)], initial=0))

    def _moved(self, field: Field, start: int, first: int, shift: list[int], form: Form) -> Field:
        a, b = field.start + start, field.end + start
        a += shift[bisect_right(self._ends, a)] - first
        b += shift[bisect_right(self._ends, b)] - first
        called = self._called.get(field.series) if field.series is not None else None
        return field._replace(start=a, end=b, series=field.series if called is None else called.with_words(form.words))


class _Called(NamedTuple):
    """A series in whose name words stand that mean nothing: name and metric as texts with the indices of the words between."""

    spec: SeriesSpec
    name: list[str | tuple[int, bool]]
    metric: list[str | tuple[int, bool]]

    @staticmethod
    def of(spec: SeriesSpec, words: list[bytes]) -> _Called | None:
        """Return how a series is called, None where none of the words stands in its name."""
        places = {word.decode(): (i, False) for i, word in enumerate(words)}
        places = {word.lower(): (i, True) for word, (i, _) in places.items()} | places
        name, metric = ([places.get(part, part) for part in _LETTERS.split(text)] for text in (spec.name, spec.metric))
        if all(isinstance(part, str) for part in (*name, *metric)):
            return None
        return _Called(spec, name, metric)

    def with_words(self, words: list[bytes]) -> SeriesSpec:
        """Return the series of another line."""
        return SeriesSpec(_filled(self.name, words), _filled(self.metric, words), self.spec.split, self.spec.unit)


def _filled(parts: Iterable[str | tuple[int, bool]], words: list[bytes]) -> str:
    return "".join(
        part if isinstance(part, str) else (words[part[0]].lower() if part[1] else words[part[0]]).decode() for part in parts
    )


def _borders(start: int, end: int, plan: Plan) -> list[int]:
    return [start, end, *(start + f.start for f in plan.fields), *(start + f.end for f in plan.fields)]


def _made_ready(shape: bytes, start: int, end: int, plan: Plan) -> Piece:
    return (start, end, *ready(plan, shape[start:end]))
