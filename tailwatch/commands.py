"""What each command does: join a source, a session and a front end."""

from __future__ import annotations

import sys

from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.reading import baseline_of, check_readable, read, readings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tailwatch.config import Settings
    from tailwatch.core.baseline import Baseline
    from tailwatch.core.text import Language
    from tailwatch.session import Session

_SEVERITY = {"critical": 2, "warning": 1, "info": 0}
_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_NOTHING_SAID = phrase("there is nothing to judge yet: {log} is empty.")
_NOTHING_HELD = phrase("there is nothing to judge yet: {log} holds no training values.")


def monitor(options: argparse.Namespace) -> int:
    """`tailwatch LOG`: the screen."""
    from tailwatch.tui.app import run_monitor

    settings = _settings(options)
    if options.log in _STDIN:  # whose place the terminal must take, for the keys
        from tailwatch.sources.stdin import StdinSource, take_stdin

        return run_monitor(
            StdinSource(take_stdin()),
            title=_language(settings).of("standard input"),
            settings=settings,
            language=_language(settings),
            baseline=_beside(options, settings),
        )
    from tailwatch.sources.file import FileFollower

    return run_monitor(
        FileFollower(options.log, wait=not options.no_wait),
        title=options.log,
        settings=settings,
        language=_language(settings),
        baseline=_beside(options, settings),
    )


def replay(options: argparse.Namespace) -> int:
    """`tailwatch replay LOG`: the screen, or the list of alerts, on a saved log."""
    from tailwatch.sources.replay import Replay

    settings = _settings(options)
    speed = float("inf") if options.fast else options.speed
    if options.show_alerts:
        import threading

        from tailwatch.report.backtest import show_alerts

        baseline = baseline_of(options.baseline, settings)
        events = Replay(options.log, float("inf")).events(threading.Event())
        return show_alerts(events, sys.stdout, settings, baseline, _language(settings))
    from tailwatch.tui.app import run_monitor

    return run_monitor(
        Replay(options.log, speed),
        title=options.log,
        replay=True,
        settings=settings,
        language=_language(settings),
        baseline=_beside(options, settings),
    )


def demo(options: argparse.Namespace) -> int:
    """`tailwatch demo`: the bundled log, replayed."""
    from importlib.resources import as_file, files

    from tailwatch.sources.replay import Replay
    from tailwatch.tui.app import run_monitor

    settings = _settings(options)
    with as_file(files("tailwatch") / "demo" / "seven_replicas.log") as path:
        title = _language(settings).of("demo: a Keras run on seven replicas")
        return run_monitor(
            Replay(str(path), options.speed), title=title, replay=True, settings=settings, language=_language(settings)
        )


def report(options: argparse.Namespace) -> int:
    """`tailwatch report LOG...`: what happened, in writing."""
    settings = _settings(options)
    baseline = baseline_of(options.baseline, settings)
    if options.format in ("json", "jsonl"):
        return _report_data(options, settings, baseline)
    from tailwatch.earlier import settle
    from tailwatch.report.facts import Facts
    from tailwatch.report.formats import writer
    from tailwatch.report.quotes import Quotes
    from tailwatch.report.story import tell

    write = writer(options.format, _language(settings))
    told = []
    for log in options.logs:
        quotes = Quotes()
        session = read(log, settings, at=options.at, baseline=baseline, quotes=quotes)
        settle(session, log, options.baseline, settings, unasked=True)
        told.append(tell(Facts(session, log), quotes))
    sys.stdout.write(write(told))
    return 0


def _report_data(options: argparse.Namespace, settings: Settings, baseline: Baseline | None) -> int:
    import json

    from tailwatch.report.build import build

    language = _language(settings)
    reports = (build(_compared(log, options, settings, baseline), log, language) for log in options.logs)
    if options.format == "jsonl":
        for one in reports:
            sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
    else:
        found = list(reports)
        sys.stdout.write(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2) + "\n")
    return 0


def _compared(log: str, options: argparse.Namespace, settings: Settings, baseline: Baseline | None) -> Session:
    """Read a log for a program: the history counts only where it was asked for."""
    from tailwatch.earlier import settle

    session = read(log, settings, at=options.at, baseline=baseline)
    settle(session, log, options.baseline, settings, unasked=False)
    return session


def runs(options: argparse.Namespace) -> int:
    """`tailwatch runs [FOLDER]`: the runs that are remembered."""
    from tailwatch.earlier import forget, list_runs

    settings = _settings(options)
    if options.forget is not None or options.forget_all:
        count = forget(options.forget, settings)
        sys.stdout.write(_language(settings).say("Forgotten: {n:,}.", n=count) + "\n")
        return 0
    list_runs(options.folder, sys.stdout, settings, _language(settings), as_json=options.format == "json")
    return 0


def export(options: argparse.Namespace) -> int:
    """`tailwatch export LOG...`: every value."""
    from tailwatch.report.export import write_csv, write_jsonl

    settings = _settings(options)
    for log in options.logs:
        check_readable(log)  # before the first row: half a table with an error behind it would pass for a whole one
    found = ((log, readings(log, settings, every_redraw=options.all)) for log in options.logs)
    (write_jsonl if options.format == "jsonl" else write_csv)(sys.stdout, found)
    return 0


def explain(options: argparse.Namespace) -> int:
    """`tailwatch explain LINE`: what a message means."""
    from tailwatch.report.explain import run_explain

    settings = _settings(options)
    return run_explain(options.text, options.format, sys.stdin, sys.stdout, _language(settings), settings.message)


def messages(options: argparse.Namespace) -> int:
    """`tailwatch messages [WORDS]`: the catalogue as a list."""
    from tailwatch.report.listing import list_messages

    language = _language(_settings(options))
    return list_messages(options.words, options.label, options.family, options.format, sys.stdout, language)


def formats(options: argparse.Namespace) -> int:
    """`tailwatch formats`: the forms of logs that are read, as one table."""
    from tailwatch.report.forms import list_formats

    return list_formats(options.format, sys.stdout, _language(_settings(options)))


def check(options: argparse.Namespace) -> int:
    """`tailwatch check LOG`: the exit code says whether the run is healthy."""
    settings = _settings(options)
    session = _compared(options.log, options, settings, baseline_of(options.baseline, settings))
    language = _language(settings)
    code = _verdict_code(session, options.fail_on, ever=options.ever, language=language)
    if not code and not any(segment.series for segment in session.run.segments):
        _remark(language.say(_NOTHING_HELD if session.run.line else _NOTHING_SAID, log=options.log))
    return code


def watch(options: argparse.Namespace) -> int:
    """`tailwatch watch LOG`: one line an event, until the log ends or the user interrupts."""
    from tailwatch.following import source
    from tailwatch.report.watch import watch as follow

    settings = _settings(options)
    with source(options.log) as events:
        session = follow(
            events,
            options.log,
            sys.stdout,
            as_json=options.format == "jsonl",
            until_exit=options.until_exit,
            settings=settings,
            baseline=baseline_of(options.baseline, settings),
            language=_language(settings),
        )
    return _verdict_code(session, "warning", ever=False)


def status(options: argparse.Namespace) -> int:
    """`tailwatch status LOG`: one short line."""
    from tailwatch.report.status import status_line

    settings = _settings(options)
    sys.stdout.write(status_line(read(options.log, settings), _language(settings)) + "\n")
    return 0


def _beside(options: argparse.Namespace, settings: Settings) -> Callable[[], Baseline | None] | None:
    """Return what reads the run that the monitor compares with; the first frame does not wait for it."""
    if options.baseline is None:
        return None
    check_readable(options.baseline)
    return lambda: baseline_of(options.baseline, settings)


def _language(settings: Settings) -> Language:
    """Return the language that findings, messages and reports are told in."""
    from tailwatch.language import chosen

    return chosen(settings.lang)


def _settings(options: argparse.Namespace) -> Settings:
    """Return the settings in force for a command."""
    from tailwatch.config import load
    from tailwatch.dialects import own_plans

    settings = load(vars(options))
    own_plans(settings.pattern)  # a mistake in them is told before anything else begins
    if settings.message:
        from tailwatch.catalogue.engine import Catalogue
        from tailwatch.catalogue.own import OwnRules

        OwnRules(settings.message, Catalogue.load().knows)
    return settings


def _remark(sentence: str) -> None:
    """Say what a program need not read."""
    from tailwatch.core.sanitise import sanitise

    sys.stderr.write(f"tailwatch: {sanitise(sentence)}\n")


def _verdict_code(session: Session, fail_on: str, *, ever: bool, language: Language | None = None) -> int:
    """Return the exit code; with a language the findings that fail are written."""
    from tailwatch.report.watch import said

    least = _SEVERITY[fail_on]
    held = session.findings.findings if ever else session.findings.open
    failing = [f.opinion for f in held if _SEVERITY[f.opinion.severity] >= least]
    if language is not None:
        sys.stdout.writelines(f"{said(o.severity, language.render(o.title), language)}\n" for o in failing)
    return 1 if failing else 0
