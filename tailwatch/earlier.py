"""Earlier runs at the command line: which one a run is compared with, what is remembered of it, and the list of them.

The history is asked and written unasked only for what people read; programs (`--format json`, `check`) get what their arguments
say, whatever was read before, unless `--baseline last` asks for it.
"""

from __future__ import annotations

import os
import stat
import sys
import time

from tailwatch.core.breaking import cells
from tailwatch.core.sanitise import sanitise
from tailwatch.core.terms import metric_name
from tailwatch.core.text import ENGLISH, Text
from tailwatch.core.typed import TYPE_CHECKING, TextIO
from tailwatch.report.columns import pad
from tailwatch.report.status import OUTCOMES, SPLIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tailwatch.config import Settings
    from tailwatch.core.text import Language
    from tailwatch.history.record import Record
    from tailwatch.history.store import Store
    from tailwatch.session import Session

LAST = "last"
NONE = "none"


def store(settings: Settings) -> Store | None:
    """Return the history, None where the user does not want one."""
    if settings.history == "off":
        return None
    from tailwatch.history.store import Store, state_file  # noqa: PLC0415 - only who needs it loads SQLite

    return Store(state_file(), _teller(settings))


def settle(session: Session, log: str, choice: str | None, settings: Settings, *, unasked: bool) -> None:
    """Compare a run that was read to its end with the last good one of its folder, and remember it.

    Args:
        session: what was read.
        log: the path as it was given.
        choice: what `--baseline` said.
        settings: the user's.
        unasked: whether the last good run is taken, and this one remembered, without `--baseline last`.
    """
    wanted = choice == LAST or (choice is None and unasked)
    history = store(settings) if wanted or unasked else None
    if history is None:
        return
    try:
        info = os.stat(log)  # noqa: PTH116
    except OSError:
        return
    if not stat.S_ISREG(info.st_mode):
        return
    from tailwatch.history.record import baseline, kind_of, record  # noqa: PLC0415

    row = record(session, os.path.realpath(log), info.st_mtime)
    if wanted:
        path, key = os.path.realpath(log), None if row is None else row.key
        found = history.last_good(path, key, kind_of(session.run.series()))
        try:
            if found is not None:
                session.compare(baseline(found))
        except (ValueError, KeyError, TypeError):
            held = found.log if found else log
            told = Text("the history holds {log} in a form that cannot be read; the run is not compared with it.", {"log": held})
            _teller(settings)(told)
    if row is not None and row.outcome != "running":
        history.add([row])


def list_runs(folder: str | None, out: TextIO, settings: Settings, language: Language = ENGLISH, *, as_json: bool) -> None:
    """Write the runs that are remembered, newest first; with a folder, those in it."""
    history = store(settings)
    rows = [] if history is None else history.runs(None if folder is None else os.path.realpath(folder))
    if as_json:
        import json  # noqa: PLC0415

        out.write(json.dumps([_as_data(r) for r in rows], ensure_ascii=False, indent=2) + "\n")
    elif rows:
        out.writelines(f"{line}\n" for line in _table(rows, language))
    else:
        out.write(language.say("No runs are remembered here; `tailwatch report LOG` remembers the runs it reads.") + "\n")


def _as_data(row: Record) -> dict[str, object]:
    import json  # noqa: PLC0415

    return {**row._asdict(), "log": sanitise(row.log), "went_well": row.went_well, "numbers": json.loads(row.numbers)}


def _table(rows: list[Record], language: Language) -> Iterator[str]:
    say = language.say
    head = (say("LAST WRITTEN"), say("OUTCOME"), say("ALARMS"), say("BEST"), say("LOG"))
    yield _row(head, " ")
    for row in rows:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.ended))
        outcome = say(OUTCOMES[row.outcome]) if row.outcome in OUTCOMES else row.outcome.replace("_", " ")
        yield _row((when, outcome, f"{row.alarms:,}", _best(row, language), sanitise(row.log)), "+" if row.went_well else " ")
    yield say("+ went well: the newest of its kind in a folder is the baseline of the next run there.")


def _row(parts: tuple[str, str, str, str, str], sign: str) -> str:
    when, outcome, alarms, best, log = parts
    count = " " * (6 - cells(alarms)) + alarms
    return f"{pad(when, 17)}{sign}{pad(outcome, 14)} {count}  {pad(best, 28)} {log}"


def _best(row: Record, language: Language) -> str:
    from tailwatch.core.text import compact  # noqa: PLC0415
    from tailwatch.history.record import baseline  # noqa: PLC0415

    try:
        curves = baseline(row).curves
    except (ValueError, KeyError, TypeError):
        return "?"
    curve = next((c for c in curves if c.split in ("val", "test")), curves[0] if curves else None)
    if curve is None or curve.best is None:
        return ""
    metric = metric_name(curve.metric)
    name = language.say(SPLIT_NAMES[curve.split], metric=metric) if curve.split else language.render(metric)
    return f"{name} {compact(curve.best.value)}"


def forget(log: str | None, settings: Settings) -> int:
    """Forget one log's runs, or all; returns how many."""
    history = store(settings)
    return 0 if history is None else history.forget(None if log is None else os.path.realpath(log))


def _teller(settings: Settings) -> Callable[[Text], None]:
    """Return what says a sentence on standard error, in the user's language."""
    from tailwatch.language import chosen  # noqa: PLC0415 - only who has something to say needs it

    def tell(sentence: Text) -> None:
        sys.stderr.write(f"tailwatch: {sanitise(chosen(settings.lang).render(sentence))}\n")

    return tell
