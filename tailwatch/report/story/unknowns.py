"""What could not be known: what the log does not state, and what of it was not understood."""

from __future__ import annotations

from tailwatch.core.events import Text
from tailwatch.core.sanitise import visible
from tailwatch.core.terms import listed, setting_name
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.core.wording import wording
from tailwatch.dialects._draft import as_toml, draft
from tailwatch.report.document import Claim, Code, Item, Items
from tailwatch.whereabouts import to_write_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.core.unread import UnreadKind
    from tailwatch.report.document import Block
    from tailwatch.report.facts import Facts

key: Final = "unknowns"
TITLE: Final = Text("What could not be known")

PATTERN = "To have the first of them read, put this into {path}, with names that say what it is:"
TIMES = "{n} times."
UNREAD = "{lines} lines with numbers were not understood, such as:"
NO_END = "How the run ended: the log stops without saying so."
NO_VALIDATION = "Whether it generalises: the log has no validation values."
NO_VALUES = "How the training went: no training values were found in the log."
NO_DIRECTION = "How well it did: of none of its values is it known whether more or less is better."
NOT_STATED = "Not stated in the log: {settings}."
OPTIMISER = "The optimiser is not stated: linear scaling of the learning rate is for SGD, the square root for Adam and its kin."
OTHER_DATA = "The validation sets are of different sizes ({here}, {there}): part of the difference may be the data."
REMEMBERED = "The baseline is remembered from an earlier reading, only in numbers: its lines cannot be cited."
NOT_COMPARABLE = "This run and the baseline have no validation value in common, so they cannot be compared by one."
TWO_RUNS = "One run each proves little: how far apart two equal runs lie was estimated from the noise of the curves."
READ = "Lines that were understood, by the dialect that read them: {dialects}."
READ_BY = "{dialect} {lines}"
CUT = "{bytes} bytes of overlong lines were left out."
DROPPED = "{names} values under further names were left out: there are too many names."
OTHER_RANKS = "The curves are those of rank {rank}; {values} values that other ranks printed are left to `tailwatch export`."
_ASKED: Final = ("learning_rate", "global_batch_size", "train_samples", "weight_decay", "seed")
_EXAMPLES: Final = 3
_DIALECTS: Final = 4
_PATTERN_WIDTH: Final = 72
_OFTEN: Final = 9
_MOST_FIELDS: Final = 12


def blocks(facts: Facts) -> Iterator[Block]:
    """Yield the list."""
    items = [*_ending(facts), *_comparison(facts), *_settings(facts), *_unread(facts)]
    if items:
        yield Items(tuple(items))


def _ending(facts: Facts) -> Iterator[Item]:
    if not facts.run.line:
        return  # the diagnosis says so
    if facts.judged is None:
        yield Item(Claim(Text(NO_DIRECTION if facts.unjudged else NO_VALUES)))
        return
    if facts.outcome == "unknown":
        yield Item(Claim(Text(NO_END), (facts.run.line,)))
    if all(p.val is None for p in facts.pairs):
        yield Item(Claim(Text(NO_VALIDATION)))


def _comparison(facts: Facts) -> Iterator[Item]:
    base = facts.baseline
    if base is None:
        return
    if not facts.contrasts:
        yield Item(Claim(Text(NOT_COMPARABLE)))
    else:
        yield Item(Claim(Text(TWO_RUNS)))
    if base.remembered:
        yield Item(Claim(Text(REMEMBERED)))
    here, there = facts.run.setting("val_samples"), base.setting("val_samples")
    if here and there and here != there:
        lines = facts.base_line(base.lines.get("val_samples", 0))
        yield Item(
            Claim(Text(OTHER_DATA, {"here": f"{here:,.0f}", "there": f"{there:,.0f}"}), facts.line_of("val_samples"), lines)
        )


def _settings(facts: Facts) -> Iterator[Item]:
    if facts.judged is None:
        return
    if facts.finding("batch_scaling", "batch_arithmetic") is not None:
        yield Item(Claim(Text(OPTIMISER)))
    known = {*facts.run.settings, *(s.spec.metric for s in facts.run.series())}
    if known & {"batch_size", "per_device_batch_size"}:
        known.add("global_batch_size")
    if "lr" in known:
        known.add("learning_rate")
    missing = [setting_name(k) for k in _ASKED if k not in known]
    if missing:
        yield Item(Claim(Text(NOT_STATED, {"settings": listed(missing)})))


def _unread(facts: Facts) -> Iterator[Item]:
    """Say who read what and what nobody read; the pattern to paste comes last, so that it can be cut off the text."""
    read = facts.session.lines_read.most_common(_DIALECTS)
    told = [Text(READ_BY, {"dialect": name, "lines": f"{n:,}"}) for name, n in read if name]
    if told:
        yield Item(Claim(Text(READ, {"dialects": listed(told)})))
    if facts.session.waste.cut_bytes:
        yield Item(Claim(Text(CUT, {"bytes": f"{facts.session.waste.cut_bytes:,}"})))
    if facts.run.other_ranks:
        yield Item(Claim(Text(OTHER_RANKS, {"values": f"{facts.run.other_ranks:,}", "rank": f"{facts.run.rank:g}"})))
    if facts.segment.dropped_series:
        yield Item(Claim(Text(DROPPED, {"names": f"{facts.segment.dropped_series:,}"})))
    book = facts.session.unread
    if not book.lines:
        return
    kinds = book.kinds()
    details = tuple(_kind(k) for k in kinds[:_EXAMPLES])
    pattern = draft(kinds[0].example) if _is_worth_reading(kinds[0]) else ""
    if pattern.count("{") > _MOST_FIELDS:
        pattern = ""  # it is a list of settings
    code = Code("toml", as_toml(pattern, _PATTERN_WIDTH)) if pattern else None
    if code is not None:
        details = (*details, Claim(Text(PATTERN, {"path": to_write_in(facts.session.settings.where)})))
    yield Item(Claim(Text(UNREAD, {"lines": f"{book.lines:,}"})), details, code)


def _is_worth_reading(kind: UnreadKind) -> bool:
    """Whether a pattern is offered: the lines hold fractions, and come again or speak of a metric; or they come often."""
    return kind.promise > 1 or kind.count > (1 if kind.promise else _OFTEN)


def _kind(kind: UnreadKind) -> Claim:
    count = Text(TIMES, {"n": f"{kind.count:,}"}) if kind.count > 1 else ""
    return Claim(count, (kind.first_line,), quote=wording(visible(kind.example)))
