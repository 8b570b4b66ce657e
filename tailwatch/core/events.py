"""Every value that flows along the line from bytes to findings.

One file, so that a reader of any stage finds all its neighbours' types. Nothing here does I/O, reads a clock or knows a dialect.
"""

from __future__ import annotations

from tailwatch.core.named import NamedTuple
from tailwatch.core.records import record
from tailwatch.core.text import Text as Text  # noqa: PLC0414, TC001 - one of the types that flow here, kept where it loads fast
from tailwatch.core.typed import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Split = Literal["train", "val", "test"]
Axis = Literal["epoch", "step", "time", "index"]
Goal = Literal["min", "max"]
Severity = Literal["critical", "warning", "info"]
Label = Literal["harmless", "info", "actionable", "fatal", "unknown"]
Outcome = Literal["running", "finished", "early_stopped", "crashed", "killed", "stalled", "unknown"]

# --- what a source says -------------------------------------------------------------------------------------------------
NoticeKind = Literal["opened", "waiting", "rotated", "truncated", "denied", "behind", "lost", "polling", "ended", "read"]


class Data(NamedTuple):
    """Bytes appended to the log, in file order, cut anywhere.

    `skipped` NUL bytes before them were left out (the hole of a writer that went on in a truncated log); they count for offsets.
    """

    data: bytes
    at: float
    skipped: int = 0


class Notice(NamedTuple):
    """Something happened to the log itself. `rotated` and `truncated` begin a new part: line and offset start anew.

    `read` says that all the log holds now was handed over; `ended` that nothing more will come; `polling` that notifications do
    not work here, so that lines are seen a little later.
    """

    kind: NoticeKind
    at: float
    detail: Text | str = ""


class Tick(NamedTuple):
    """The clock, and whether a process still holds the log open for writing (None: it cannot be known)."""

    at: float
    writer_alive: bool | None = None


SourceEvent = Data | Notice | Tick

# --- lines --------------------------------------------------------------------------------------------------------------

End = Literal["", "closed", "epoch"]
"""Why a bar's state is a result, full or not: the bar was wiped off for good, or it counts epochs."""


class Line(NamedTuple):
    r"""One line, or one `\r` frame of a line that is no progress bar.

    `raw` is the last visible frame without SGR colour codes, backspaces and line end; every field of a plan is a slice of it.
    `number` is 1-based, `offset` that of the first byte of the frame in the raw stream, both within `part`, the incarnation of
    the file. A provisional line has no line end yet. `redraws` counts the frames folded into it; for `end` see `End`.
    """

    raw: bytes
    number: int
    offset: int
    at: float
    part: int = 0
    redraws: int = 0
    provisional: bool = False
    end: End = ""


# --- what a dialect says of a shape -------------------------------------------------------------------------------------
Role = Literal["value", "name", "epoch", "epochs", "step", "steps", "time", "rank", "setting", "count"]
NumberForm = Literal["float", "grouped", "magnitude", "fraction", "foreign"]


class SeriesSpec(NamedTuple):
    """How a value is called: `name` as printed, with its heading where the name alone is ambiguous."""

    name: str
    metric: str
    split: Split | None = None
    unit: str | None = None

    def on(self, split: Split) -> SeriesSpec:
        """Return the same series measured on another split."""
        return SeriesSpec(self.name, self.metric, split, self.unit)


class Field(NamedTuple):
    """Bytes `start:end` of a line and the part they play.

    `series` belongs to role value; `key` names a setting or a mark's count; `name_field` is the index, in the plan's fields, of
    the name field that completes the series name (names that hold a digit are read from each line).
    `form` is how it is written: `grouped` 40,100 - `magnitude` 17K - `fraction` 3/100 - `foreign` 0,41 or 0.41f0 are no floats.
    """

    role: Role
    start: int
    end: int
    series: SeriesSpec | None = None
    key: str = ""
    form: NumberForm = "float"
    name_field: int = -1


class Frame(NamedTuple):
    """The context of lines that a dialect may see: hashable and without numbers, because it keys the shape cache.

    `split` and `section` come from a heading ("Validation:"), `header` from a table's header (its columns).
    """

    split: Split | None = None
    section: str = ""
    header: tuple[str, ...] = ()
    dialect: str = ""


EMPTY_FRAME = Frame()

PlanKind = Literal[
    "summary", "running", "mixed", "bar", "loop", "epoch_bar", "boxed", "carrying", "recap", "list", "trial", "context"
]  # fmt: skip
MarkKind = Literal[
    "epoch_begin", "checkpoint", "not_improved", "lr_drop", "early_stop", "restored", "evaluation",
    "resume", "start", "end", "crash",
]  # fmt: skip


class Plan(NamedTuple):
    """What the dialects made of one shape: which bytes of every such line are what.

    `kind` decides the axis of its values: a `summary` closes an epoch or an evaluation, `running` values lie inside one
    (`mixed`: but for an evaluation's in the same line), a `bar` is running until it is full, and so is a `loop`, whose printed
    count may begin at 0; an `epoch_bar` too, and it closes its epoch then: a further full one is an evaluation; `boxed` ones
    wait for the end of their box, which `closes`; a `carrying` bar goes on showing old results (see `carried`), and a `recap`
    says them once more at the end (see `recap`), as a `list` does; `trial` tells a search's (see `trials`); `context` leaves it
    to the epoch and step that earlier lines announced. `frame` is the context for the lines after this one, None leaves it as it
    is. `closes` says that the line names an epoch that ends here, to which the values before it belong; `labelled` that the step
    stands before the line as a rank would, see `core/labelled.py`. `inherits` says that the values take their split from the
    heading before; `header` that the plan's name fields become the header of `frame`, read from it. `dialect` is "" where the
    line was not understood, but ends what was open before it.
    """

    dialect: str
    fields: tuple[Field, ...] = ()
    kind: PlanKind = "context"
    mark: MarkKind | None = None
    monitor: str = ""
    frame: Frame | None = None
    settings: tuple[tuple[str, str], ...] = ()
    header: bool = False
    closes: bool = False
    inherits: bool = False
    labelled: bool = False


# --- what the reader says -----------------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """All values of one line, with the place they belong to; `series[i]` names `values[i]`."""

    series: tuple[SeriesSpec, ...]
    values: tuple[float, ...]
    axis: Axis
    epoch: float | None
    step: float | None
    time: str | None
    rank: int | None
    line: int
    offset: int
    part: int
    dialect: str


class Progress(NamedTuple):
    """Where the run stands, as far as one line tells. None is unknown, not zero."""

    epoch: float | None
    epochs: float | None
    step: float | None
    steps: float | None
    line: int
    part: int


class Mark(NamedTuple):
    """A moment of the run: a checkpoint, a learning-rate drop, an early stop. `monitor` is the metric it followed."""

    kind: MarkKind
    epoch: float | None
    step: float | None
    line: int
    part: int
    text: str
    value: float | None = None
    monitor: str = ""


class Setting(NamedTuple):
    """A setting that the log states; numbers as floats, all else as text. Keys are those of the report's `settings`."""

    key: str
    value: float | str
    line: int
    part: int


class Spoken(NamedTuple):
    """A message (a line, or a joined traceback) with the verdict; repeats fold by `template`, `alert`: the user asked for it."""

    rule: str
    label: Label
    template: str
    text: str
    line: int
    last_line: int
    part: int
    rank: int | None
    why: str
    action: str
    source: str
    numbers: Mapping[str, float]
    alert: bool = False


ReaderEvent = Reading | Progress | Mark | Setting | Spoken


# --- what the diagnoses say ---------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """A place in the run; `line` is 1-based within `part`."""

    epoch: float | None
    step: float | None
    line: int
    part: int = 0


class Evidence(NamedTuple):
    """A line of the log that supports a finding: what it says, sanitised, or a sentence about it."""

    line: int
    text: str | Text


@record
class Opinion:
    """What one diagnosis holds true of the run at this moment. Stateless; the book of findings keeps its history.

    `told` is the place at which the log had said all that the alarm rests on, where that is not the line at which it is given: an
    ending is believed when the process is seen to be gone, which may be some lines after the message that told it.
    """

    id: str
    severity: Severity
    since: Place
    title: Text
    why: Text
    actions: tuple[Text, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    series: str = ""
    told: Place | None = None

    def __eq__(self, other: object) -> bool:
        """Whether it says the same; one that is not worded yet is worded for that."""
        return type(other) is type(self) and all(getattr(self, name) == getattr(other, name) for name in Opinion.__annotations__)

    def __hash__(self) -> int:
        return hash((self.id, self.severity, self.series))


class Finding(NamedTuple):
    """One opening of a finding. `key` is stable over updates; `raised` is the first time at warning or above, or None."""

    key: str
    opinion: Opinion
    segment: int
    opened: Place
    raised: Place | None
    closed: Place | None = None

    @property
    def status(self) -> Literal["open", "closed"]:
        """Whether the diagnosis still holds it true."""
        return "open" if self.closed is None else "closed"
