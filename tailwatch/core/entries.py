"""What is remembered of a shape: an entry of the reader's cache."""

from __future__ import annotations

from tailwatch.core.plans import Runner
from tailwatch.core.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tailwatch.core.chosen import Chosen
    from tailwatch.core.events import Frame
    from tailwatch.core.families import Family
    from tailwatch.core.glued import Glued


class Entry:
    """What is remembered of a shape: how to run its plan (None: nothing to read), and what the catalogue found in it.

    `rules` is the session's: what it was told of the shape once it `asked` the catalogue. `family` tells which lines can be read
    together with it; a `quiet` one says nothing to the run, a `mute` one neither, though a dialect understands it, which is named
    there; one `alone` is read by itself and leads into the frame `after` it; one `heard` is a message that leads nowhere.
    A `plain` one is read and is no message.
    `stays` says that it leaves the frame as it is, with no heading that might cease.
    """

    __slots__ = (
        "after",
        "alone",
        "asked",
        "family",
        "has_number",
        "heard",
        "mute",
        "plain",
        "quiet",
        "rules",
        "runner",
        "stays",
        "unpack",
    )

    def __init__(self, runner: Runner | Glued | Chosen | None, *, has_number: bool, stays: bool) -> None:
        self.runner = runner
        self.has_number = has_number
        self.stays = stays
        self.rules: Any = None
        self.asked = False
        self.family: Family | None = None
        self.quiet = self.alone = self.plain = self.heard = False
        self.mute = ""
        self.after: Frame | None = None
        self.unpack: Callable[[bytes], tuple[bytes, ...]] = no_parts

    @property
    def is_unread(self) -> bool:
        """Whether it carries numbers that no dialect understood."""
        return self.has_number and (self.runner is None or not self.runner.plan.dialect)

    @property
    def opens_table(self) -> bool:
        """Whether it is the header of a table: an indented one behind a message looks like a further line of that."""
        return self.runner is not None and self.runner.plan.header

    @property
    def names_no_place(self) -> bool:
        """Whether it names neither an epoch nor a step: the numbers of a warning or an error are no measurements then."""
        if self.runner is None:
            return False
        plan = self.runner.plan
        return plan.dialect == "general" and plan.mark is None and not any(f.role in ("epoch", "step") for f in plan.fields)

    def tell(self, rules: Any) -> None:
        """Remember what the catalogue said; a line that is no message can be read together with its like."""
        self.asked = True
        self.rules = rules
        self.heard = rules is not None and (
            self.runner is None or (isinstance(self.runner, Runner) and self.runner.frame is None)
        )
        if rules is None:
            self.quiet = self.runner is None
            if isinstance(self.runner, Runner):
                self.plain = bool(self.runner.plan.dialect)
                self.family, self.unpack = self.runner.family, self.runner.unpack
                self.alone, self.after = self.family is None and not self.runner.plan.header, self.runner.frame
                if self.stays and self.family is not None and self.family.mute:
                    self.mute = self.family.dialect


def no_parts(_raw: bytes) -> tuple[bytes, ...]:
    """Take a line apart of which nothing is to be read."""
    return ()
