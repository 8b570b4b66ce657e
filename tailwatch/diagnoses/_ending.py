"""How a run that died is told: which message killed it, and whether training really ended there."""

from __future__ import annotations

from tailwatch.core import endings
from tailwatch.core.events import Evidence, Opinion, Place, Text
from tailwatch.core.joining import user_frame
from tailwatch.core.sanitise import sanitise
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.core.wording import cut, wording

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from tailwatch.core.events import Spoken
    from tailwatch.core.findings import Watch
    from tailwatch.core.run import Run
    from tailwatch.core.series import Series

MOMENT = "{where}{rank}"
RANK = " on rank {number}"
RANK_FIRST = " on rank {number} first"
EPOCH_OF = "epoch {number:g} of {all:g}"
RESUME = "Resume from the last checkpoint (line {line}: {text})."


class Ending:
    """Holds the message that ended the run, and the finding made of it, until training is seen to go on."""

    def __init__(self, identity: str, title: str) -> None:
        """Begin; `identity` and `title` are the finding's."""
        self._identity, self._title = identity, title
        self._said: tuple[Spoken, int, Opinion] | None = None
        self._believed: Spoken | None = None
        self.awaits: tuple[Series, ...] | None = None
        """None while a fatal message is the last word: then each look may believe it or find that training went on."""

    def cause(self, run: Run, changed: AbstractSet[Watch]) -> Spoken | None:
        """Return the fatal message that ended the run, None while the writer lives on or training went on after it.

        A traceback or a kill is believed at once where nothing is known of the writer; anything else only when the log has
        ended or the writer is gone: many a message that means the end for one run is survived by another.
        """
        fatal = run.fatal_at_end()
        self.awaits = () if fatal is None else None
        if fatal is None or (run.clock.writer_alive and not run.clock.ended):
            self._believed = None
            return None
        gone = "end" in changed or ("tick" in changed and run.clock.writer_alive is False)
        if fatal is not self._believed and not (gone or endings.is_final(fatal)):
            return None
        self._believed = fatal
        return fatal

    def opinion(self, fatal: Spoken, run: Run) -> Opinion:
        """Return the finding on a run that died of `fatal`, made anew only when more was said."""
        if self._said is None or self._said[0] is not fatal or self._said[1] != len(run.fatal):
            self._said = (fatal, len(run.fatal), opinion(self._identity, self._title, fatal, run))
        return self._said[2]


def headline(fatal: Spoken) -> str:
    """Return the line that says what happened, fit for a terminal."""
    return wording(endings.headline(fatal))


def opinion(identity: str, title: str, fatal: Spoken, run: Run) -> Opinion:
    """Return the finding on a run that died of `fatal`."""
    values: dict[str, object] = {
        "what": headline(fatal),
        "line": fatal.last_line,
        "where": Text(MOMENT, {"where": _where(run), "rank": _rank(fatal, run)}),
    }
    frame = user_frame(fatal.text)
    evidence = [Evidence(fatal.last_line, headline(fatal))]
    if frame:
        evidence.append(Evidence(fatal.line, Text("raised from {frame}", {"frame": sanitise(frame)})))
    actions = [Text(fatal.action)] if fatal.action else []
    saved = run.marks("checkpoint")
    if saved:
        actions.append(Text(RESUME, {"line": saved[-1].line, "text": cut(wording(saved[-1].text), 80)}))
    place = Place(run.progress.epoch, run.progress.step, fatal.line, fatal.part)
    why, told = Text(fatal.why), place._replace(line=fatal.last_line)
    return Opinion(identity, "critical", place, Text(title, values), why, tuple(actions), tuple(evidence), told=told)


def _rank(fatal: Spoken, run: Run) -> Text | str:
    """Say which process failed first: what the others say after it is mostly that they lost it."""
    if fatal.rank is None:
        return ""
    others = {m.rank for m in run.fatal if m.rank is not None} - {fatal.rank}
    return Text(RANK_FIRST if others else RANK, {"number": fatal.rank})


def _where(run: Run) -> Text:
    p = run.progress
    if p.epoch is not None and p.epochs:
        return Text(EPOCH_OF, {"number": p.epoch, "all": p.epochs})
    if p.epoch is not None:
        return Text("epoch {number:g}", {"number": p.epoch})
    return Text("step {number:,.0f}", {"number": p.step}) if p.step is not None else Text("the beginning")
