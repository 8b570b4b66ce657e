"""The user's own dialect: the `[[pattern]]` tables of the configuration file, tried before the built-in dialects, in order.

A pattern is the line with placeholders (`_template.py`) or a regular expression with named groups (`core/regexes.py`). A name says what
the number is: `epoch`, `epochs`, `step`, `steps` (and `iter`, `iters`, `batch`, `batches`), `rank`, `time`; `split` is a word
that says train or validation; `name` and `value` are a metric whose name stands in the line. Every other name is a metric.
A pattern that names nothing says that there is nothing to read in such lines.

Patterns are made ready once, and asked of each new shape, not of each line. They never go back over a line, see the two files.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.cursor import held_out
from tailwatch.core.errors import UsageError, words
from tailwatch.core.events import Field, Plan, SeriesSpec
from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.metrics import meaning, split_of
from tailwatch.core.named import NamedTuple
from tailwatch.core.regexes import Regex
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final, Protocol, cast
from tailwatch.dialects._prefix import STAMP
from tailwatch.dialects._template import Template

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from tailwatch.config_tables import Pattern
    from tailwatch.core.chosen import Holds
    from tailwatch.core.events import Frame, MarkKind, NumberForm, PlanKind, Role, Split

ROLES: Final[dict[str, Role]] = {
    **dict.fromkeys(("epoch", "ep"), "epoch"),
    **dict.fromkeys(("epochs", "total_epochs"), "epochs"),
    **dict.fromkeys(("step", "iter", "iteration", "it", "batch", "global_step"), "step"),
    **dict.fromkeys(("steps", "iters", "iterations", "batches", "total_steps"), "steps"),
    "rank": "rank",
}
"""The names that place a line in the run."""

_WORDS: Final = ("split", "name", "value", "time", "timestamp", *ROLES)
_FORMS: Final[tuple[tuple[re.Pattern[bytes], NumberForm], ...]] = (
    (lazy(rb"[-+]?(?:0+\.?0*|\.0+)(?:[eE][-+]?0+)?|[-+]?(?:nan|inf(?:inity)?)", IGNORECASE), "float"),
    (lazy(rb"[-+]?0{1,3}(?:,000)+(?:\.0+)?"), "grouped"),
    (lazy(rb"[-+]?0+(?:\.0+)?[kKmMgGbBtT]"), "magnitude"),
)
_MOMENT: Final = lazy(STAMP)
_WHOLE: Final = lazy(rb"0{1,9}")


class Ready(Protocol):
    """A pattern made ready, whichever way it is written."""

    names: list[str]

    def spans(self, shape: bytes) -> dict[str, tuple[int, int]] | None:
        """Return where the names stand in a shape, or None if it is another one."""
        ...

    def holds(self, shape: bytes) -> Holds | None:
        """Return the further test of each line of a shape that fits, or None if there is none."""
        ...


class OwnDialect:
    """All patterns of the user. Pickled as their text, for they are made ready from it."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        """Make the patterns ready.

        Raises:
            UsageError: one of them cannot be used; names file and key.
        """
        self._patterns = patterns
        self._ready = [(p, p.name or f"own pattern {i}", _ready(p)) for i, p in enumerate(patterns, 1)]

    def __reduce__(self) -> tuple[Callable[[tuple[Pattern, ...]], OwnDialect], tuple[tuple[Pattern, ...]]]:
        return own_dialect, (self._patterns,)

    def __call__(self, shape: bytes, frame: Frame) -> list[tuple[Holds | None, Plan]]:
        """Return the plans that fit a shape, each with the test of the line, up to the first that needs none."""
        found: list[tuple[Holds | None, Plan]] = []
        for pattern, name, ready in self._ready:
            spans = ready.spans(shape)
            plan = None if spans is None else _plan(pattern, name, shape, frame, spans)
            if plan is None:
                continue
            holds = ready.holds(shape)
            found.append((holds, plan))
            if holds is None:
                break
        return found


@lru_cache(maxsize=8)
def own_dialect(patterns: tuple[Pattern, ...]) -> OwnDialect:
    """Return the dialect of the user's patterns, made ready once.

    Raises:
        UsageError: a pattern cannot be used; one sentence that names file and key.
    """
    return OwnDialect(patterns)


def _ready(pattern: Pattern) -> Ready:
    if bool(pattern.line) is bool(pattern.regex):
        raise UsageError("{where}: a pattern has either line or regex.", where=pattern.where)
    key = "line" if pattern.line else "regex"
    try:
        ready: Ready = Template(pattern.line) if pattern.line else Regex(pattern.regex)
        _check_names(ready.names)
    except ValueError as error:
        raise UsageError("{where}: {key} cannot be used: {error}.", where=pattern.where, key=key, error=words(error)) from None
    return ready


def _check_names(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(Text("the name {name} is given twice", {"name": repr(name)}))
        for word in _WORDS:
            if name not in _WORDS and _swapped(name, word):
                raise ValueError(
                    Text("{name} looks like {word} with two letters swapped", {"name": repr(name), "word": repr(word)})
                )
    if ("name" in names) is not ("value" in names):
        raise ValueError(phrase("'name' and 'value' go together: the word that names a metric, and its number"))


def _swapped(name: str, word: str) -> bool:
    """Whether two neighbouring letters changed places, which no metric's name has by chance."""
    return len(name) == len(word) and any(name == word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))


class _Values(NamedTuple):
    fields: list[Field]
    names: list[Field]
    inherits: bool


def _plan(pattern: Pattern, dialect: str, shape: bytes, frame: Frame, spans: dict[str, tuple[int, int]]) -> Plan | None:
    """Return the plan of a shape that fits; None where something that must be a number is none."""
    places: list[Field] = []
    for name, (start, end) in spans.items():
        role = ROLES.get(name)
        if role is None:
            continue
        form = _form(shape[start:end])
        if form is None or b"0" not in shape[start:end] or (role == "rank" and not _WHOLE.fullmatch(shape, start, end)):
            return None
        places.append(Field(role, start, end, form=form))
    moments = [s for n, s in spans.items() if n in ("time", "timestamp") and _MOMENT.fullmatch(shape, *s)]
    places += [Field("time", *span) for span in moments[:1]]
    values = _values(pattern, shape, frame, spans)
    if values is None:
        return None
    fields = (*values.fields, *values.names, *places)
    specs = tuple(f.series for f in values.fields if f.series is not None)
    roles = {f.role for f in places}
    kind = _kind(pattern, roles, specs)
    mark: MarkKind | None = "epoch_begin" if not specs and "epoch" in roles and "step" not in roles else None
    return Plan(dialect, tuple(fields), kind=kind, mark=mark, inherits=values.inherits)


def _values(pattern: Pattern, shape: bytes, frame: Frame, spans: dict[str, tuple[int, int]]) -> _Values | None:
    """Return the value fields, and the name field of a metric whose name holds a digit."""
    told = split_of(shape[slice(*spans["split"])].decode("utf-8", "replace")) if "split" in spans else None
    told = told or cast("Split | None", pattern.split or None)
    found = _Values([], [], inherits=told is None and frame.split is not None)
    named = [(n, s) for n, s in spans.items() if n not in ROLES and n not in ("split", "name")]
    for name, (start, end) in named:
        form = _form(shape[start:end])
        if form is None:
            if name in ("time", "timestamp"):
                continue
            return None
        called = shape[slice(*spans["name"])] if name == "value" and "name" in spans else name.encode()
        text = called.decode("utf-8", "replace").strip()
        means = meaning(text)
        spec = SeriesSpec(text, means.metric, means.split or told or frame.split, "%" if shape[end : end + 1] == b"%" else None)
        name_field = len(named) if name == "value" and b"0" in called else -1
        found.fields.append(Field("value", start, end, spec, form=form, name_field=name_field))
        if name_field >= 0:
            found.names.append(Field("name", *spans["name"]))
    if found.names:  # the name field stands behind the values
        found.fields[:] = [
            f if f.name_field < 0 else Field(f.role, f.start, f.end, f.series, form=f.form, name_field=len(found.fields))
            for f in found.fields
        ]
    return found


def _form(text: bytes) -> NumberForm | None:
    return next((form for pattern, form in _FORMS if pattern.fullmatch(text)), None)


def _kind(pattern: Pattern, roles: set[Role], specs: tuple[SeriesSpec, ...]) -> PlanKind:
    """As the general grammar decides it, where the pattern does not say."""
    if pattern.axis:
        return "summary" if pattern.axis == "epoch" else "running"
    if not specs:
        return "bar" if "step" in roles else "context"
    if "step" not in roles:
        return "context"
    if "steps" in roles:
        return "loop"
    return "summary" if held_out(specs) else "running"
