"""`tailwatch formats`: which forms of logs are read, as one table: lines of a log by dialect, and what they are read as.

Nothing in it is written by hand: the lines are the dialects' own samples, each read as the first lines of a log, and the sources
are those that the dialects cite.
"""

from __future__ import annotations

import inspect

from tailwatch.core.digits import DIGITS_TO_ZERO
from tailwatch.core.events import Line, Mark, Progress, Reading, Setting
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.sanitise import sanitise
from tailwatch.core.shapes import Reader
from tailwatch.core.terms import SPLITS, setting_name
from tailwatch.core.text import ENGLISH, phrase
from tailwatch.core.typed import IO, TYPE_CHECKING, Final
from tailwatch.dialects import found, plan_for
from tailwatch.report.export import plain, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.events import Plan, ReaderEvent
    from tailwatch.core.text import Language

MOST_VALUES: Final = 6
"""So many values of a line are named; of more it is said how many there are."""

_MARKS: Final = {
    "epoch_begin": phrase("an epoch begins"),
    "checkpoint": phrase("checkpoint"),
    "not_improved": phrase("no improvement"),
    "lr_drop": phrase("learning rate reduced"),
    "early_stop": phrase("early stop"),
    "restored": phrase("best weights restored"),
    "resume": phrase("resumed"),
    "end": phrase("training ended"),
}
_SOURCE: Final = lazy(r"\bSources?: (.+?)(?=\.\s+[A-Z`]|\.?$)")


class Form(NamedTuple):
    """One line of a sample: the dialect that read it, the line, and what it was read as ("" for a line without a dialect)."""

    dialect: str
    line: str
    read: str


class Dialect(NamedTuple):
    """A dialect, the lines of its samples, and the code that prints so, as far as one is cited."""

    name: str
    forms: tuple[Form, ...]
    source: str


def dialects(language: Language = ENGLISH) -> Iterator[Dialect]:
    """Read the samples of every dialect."""
    for dialect in found().dialects:
        forms = [form for sample, _ in dialect.samples for form in read_sample(sample, language)]
        cited = _SOURCE.search(" ".join((inspect.getdoc(dialect.module) or "").split()))
        yield Dialect(dialect.module.__name__.rpartition(".")[2], tuple(forms), cited[1] if cited is not None else "")


def read_sample(sample: str, language: Language = ENGLISH) -> list[Form]:
    """Read a sample as the first lines of a log."""
    reader = Reader(plan_for)
    told: dict[int, list[ReaderEvent]] = {}
    plans: list[Plan | None] = []
    events: list[ReaderEvent] = []
    lines = sample.split("\n")
    for number, text in enumerate(lines, 1):
        raw = text.encode()
        entry = reader.entry(raw.translate(DIGITS_TO_ZERO))
        events += reader.read(Line(raw, number, 0, 0.0), entry)
        plans.append(None if entry.runner is None else entry.runner.plan)
    for event in (*events, *reader.finish()):
        told.setdefault(event.line, []).append(event)
    return [
        Form(
            plan.dialect if plan else "",
            sanitise(text.expandtabs(4)),
            _said(told.get(number, []), plan, language) if plan else "",
        )
        for number, (text, plan) in enumerate(zip(lines, plans, strict=True), 1)
    ]


def _said(events: list[ReaderEvent], plan: Plan, language: Language) -> str:
    readings = [e for e in events if isinstance(e, Reading)]
    parts = [_marked(e, language) for e in events if isinstance(e, Mark) and e.kind in _MARKS]
    parts += [_set(e, language) for e in events if isinstance(e, Setting)]
    if readings:
        values = [v for r in readings for v in _values(r, language)]
        more = len(values) - MOST_VALUES
        if more > 0:
            values = [*values[:MOST_VALUES], language.count("{n} more", "{n} more", more)]
        last = readings[-1]
        parts.insert(0, _at(language.listed(values), _place(last.epoch, last.step, language, last.rank), language))
    moved = next((e for e in events if isinstance(e, Progress)), None)
    if not parts and moved is not None:
        parts.append(_place(moved.epoch, moved.step, language))
    if not any(parts):
        split = plan.frame.split if plan.frame is not None else None
        parts = [
            language.of(phrase("columns of a table") if plan.header else phrase("heading") if split else phrase("understood"))
        ]
    return language.of("; ").join(filter(None, parts))


def _at(what: str, place: str, language: Language) -> str:
    return language.say("{what} ({place})", what=what, place=place) if place else what


def _values(reading: Reading, language: Language) -> Iterator[str]:
    for spec, value in zip(reading.series, reading.values, strict=True):
        split = language.of(SPLITS[spec.split]) + " " if spec.split else ""
        unit = f" {spec.unit}" if spec.unit else ""
        yield f"{split}{spec.metric} {plain(whole(value) or 0.0)}{unit}"


def _marked(mark: Mark, language: Language) -> str:
    return _at(language.of(_MARKS[mark.kind]), _place(mark.epoch, mark.step, language), language)


def _set(setting: Setting, language: Language) -> str:
    value = setting.value if isinstance(setting.value, str) else plain(whole(setting.value) or 0.0)
    return f"{language.render(setting_name(setting.key))} {value}"


def _place(epoch: float | None, step: float | None, language: Language, rank: int | None = None) -> str:
    words = []
    if epoch is not None:
        words.append(language.say("epoch {epoch}", epoch=whole(epoch)))
    if step is not None:
        words.append(language.say("step {step}", step=whole(step)))
    if rank is not None:
        words.append(language.say("rank {rank}", rank=rank))
    return language.listed(words)


def list_formats(format: str, out: IO[str], language: Language = ENGLISH) -> int:  # noqa: A002
    """Write the table as text or Markdown; the exit code is 0."""
    head = tuple(language.of(h) for h in (phrase("dialect"), phrase("a line of the log"), phrase("is read as")))
    all_of_them = tuple(dialects(language))
    out.writelines(f"{line}\n" for line in (_markdown if format == "md" else _text)(head, all_of_them, language))
    return 0


def _text(head: tuple[str, ...], all_of_them: tuple[Dialect, ...], language: Language) -> Iterator[str]:
    import shutil  # noqa: PLC0415 - start-up counts

    from tailwatch.report.columns import columns  # noqa: PLC0415

    rows: list[tuple[str, ...]] = []
    for dialect in all_of_them:
        rows += [(dialect.name if i == 0 else "", form.line.strip(), form.read) for i, form in enumerate(dialect.forms)]
        rows += [("", language.say("source: {source}", source=dialect.source), "")] if dialect.source else []
    yield from columns(head, rows, min(160, max(80, shutil.get_terminal_size().columns)))


def _markdown(head: tuple[str, ...], all_of_them: tuple[Dialect, ...], language: Language) -> Iterator[str]:
    from tailwatch.report.markdown import escape  # noqa: PLC0415

    yield f"| {' | '.join((*head, language.of(phrase('source'))))} |"
    yield "|---|---|---|---|"
    for dialect in all_of_them:
        for i, form in enumerate(dialect.forms):
            name, source = (dialect.name, escape(dialect.source)) if i == 0 else ("", "")
            yield f"| {name} | {_code(form.line)} | {escape(form.read)} | {source} |"


def _code(line: str) -> str:
    """Return a line as code within a table's cell: its bars are escaped, its backticks fenced."""
    shown = line.rstrip().replace("|", "\\|")
    fence = "``" if "`" in shown else "`"
    room = " " if fence == "``" else ""
    return f"{fence}{room}{shown}{room}{fence}"
