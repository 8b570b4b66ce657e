"""The arguments of every command, in one place, and which function each command runs."""

from __future__ import annotations

from tailwatch import __version__, commands
from tailwatch.core.errors import UsageError
from tailwatch.core.text import phrase
from tailwatch.core.typed import TYPE_CHECKING
from tailwatch.parser import Parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = ("replay", "demo", "report", "runs", "export", "explain", "watch", "check", "status", "messages", "formats")
_SURELY = 0.75
"""How like a command a word is that alone cannot be meant as a log; 1 is the same."""
_LISTING = (
    ("LOG", phrase("the monitor: follows LOG, a path (it need not exist yet) or '-' for standard input")),
    ("demo", phrase("the monitor on a bundled genuine log, replayed")),
    ("replay LOG", phrase("a saved log again, by its own clock")),
    ("report LOG...", phrase("what happened in a run and what to change, in writing")),
    ("runs [FOLDER]", phrase("the runs that are remembered, to compare later ones with")),
    ("check LOG", phrase("exit code 1 when something is wrong with the run, for scripts and CI")),
    ("watch LOG", phrase("one line an event, without a screen: for cron, Slurm and other programs")),
    ("export LOG...", phrase("every value of a log as CSV or JSON lines")),
    ("explain [LINE|-]", phrase("what a message means: harmless or not, and why")),
    ("messages [WORDS]", phrase("the messages that are known, searchable")),
    ("formats", phrase("the forms of logs that are read, each with a sample and what is made of it")),
    ("status LOG", phrase("one short line, for a tmux status bar")),
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; its `run` is the command's function. The first word decides the command."""
    if arguments and arguments[0] in COMMANDS:
        return _command(arguments[0]).parse_args(arguments[1:])
    if arguments and arguments[0] == "help" and not _is_there("help"):
        return parse([*arguments[1:2], "--help"])
    if len(arguments) == 1 and arguments[0].isalpha():
        _ask_whether_mistyped(arguments[0], _SURELY)  # a log of such a name that is to come is written ./name
    try:
        return _monitor().parse_args(list(arguments))
    except UsageError:
        _ask_whether_mistyped(arguments[0] if arguments else "")
        raise


def _is_there(name: str) -> bool:
    import os  # noqa: PLC0415 - start-up counts

    return os.path.lexists(name)


def _ask_whether_mistyped(word: str, least: float = 0.6) -> None:
    """Say which command was meant, if the first word is nearly one and no log of that name is there."""
    import difflib  # noqa: PLC0415 - start-up counts

    near = difflib.get_close_matches(word, COMMANDS, 1, least)
    if near and not _is_there(word):
        raise UsageError("there is no command '{word}'; did you mean '{near}'?", word=word, near=near[0]) from None


def _monitor() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tailwatch",
        description="Watch a training run through the log it already writes.",
    )
    parser.listing = _LISTING
    parser.add_argument("log", metavar="LOG", help="a path, or '-' for standard input")
    _settings(parser)
    _baseline(parser, remembered=False)
    parser.add_argument("--no-wait", action="store_true", help="fail when the log does not exist yet instead of waiting for it")
    parser.add_argument("--version", action="version", version=f"tailwatch {__version__}")
    parser.set_defaults(run=commands.monitor)
    return parser


def _command(name: str) -> argparse.ArgumentParser:
    parser = Parser(prog=f"tailwatch {name}", description=_HELP[name])
    _ADD[name](parser)
    _settings(parser)
    parser.set_defaults(run=getattr(commands, name))
    return parser


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG")
    parser.add_argument("--speed", type=float, default=1.0, help="times faster than the log's own clock (default 1)")
    parser.add_argument("--fast", action="store_true", help="as fast as it can be read")
    parser.add_argument("--show-alerts", action="store_true", help="no screen: print when each alert would have come")
    _baseline(parser, remembered=False)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--speed", type=float, default=4.0, help="times faster than the log's own clock (default 4)")


def _logs(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    parser.add_argument("logs", metavar="LOG", nargs="+")
    parser.add_argument("--format", choices=formats, default=formats[0], help="default %(default)s")


def _report(parser: argparse.ArgumentParser) -> None:
    _logs(parser, ("text", "md", "html", "json", "jsonl"))
    _baseline(parser)
    _clock(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    _logs(parser, ("csv", "jsonl"))
    parser.add_argument("--all", action="store_true", help="every redraw of progress bars, not their last states only")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="-", metavar="LINE", help="the message; '-' or nothing reads standard input")
    parser.add_argument("--format", choices=("text", "json", "jsonl"), default="text")


def _watch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG")
    parser.add_argument("--format", choices=("text", "jsonl"), default="text")
    parser.add_argument(
        "--until-exit", action="store_true", help="end when the writing process has ended, with check's exit code"
    )
    _baseline(parser, remembered=False)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG")
    parser.add_argument(
        "--fail-on", choices=("critical", "warning"), default="warning", help="the least severity that fails (default warning)"
    )
    parser.add_argument("--ever", action="store_true", help="count findings that are over, too")
    _baseline(parser)
    _clock(parser)


def _status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG")


def _settings(parser: argparse.ArgumentParser) -> None:
    """Flags of settings that every command takes; what is not given is None, so that environment and file count."""
    parser.add_argument("--config", metavar="FILE", help="settings (TOML) instead of ~/.config/tailwatch/config.toml")
    parser.add_argument(
        "--encoding", metavar="NAME", help="encoding of the log: utf-8, gb18030, latin-1 ..., or auto (line by line)"
    )
    parser.add_argument("--lang", metavar="LANG", help="language of everything: en, zh, or auto (the locale's)")


def _baseline(parser: argparse.ArgumentParser, *, remembered: bool = True) -> None:
    """Add `--baseline`; only a log that is read to its end can be matched with a remembered run."""
    about = phrase("the log of a run that went well, to compare with")
    if remembered:
        about = phrase(
            "the log of a run that went well, to compare with; 'last': the last such run of this folder that was read before "
            "(the default of reports for people); 'none': nothing"
        )
    parser.add_argument("--baseline", metavar="LOG", help=about)


def _runs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="only runs whose logs lie in this folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--forget", metavar="LOG", help="forget the runs of this log")
    parser.add_argument("--forget-all", action="store_true", help="forget all runs")


def _clock(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", metavar="TIME", help="judge as of this time (ISO 8601) instead of now or the log's last change")


def _messages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORDS", help="only rules that hold all of these words, in any case")
    labels = ("harmless", "info", "actionable", "fatal")
    parser.add_argument("--label", choices=labels, action="append", default=[], help="only rules that can give this label")
    parser.add_argument("--family", action="append", default=[], help="only rules of this family, such as torch")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _formats(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "md"), default="text", help="default text")


_ADD = {
    "replay": _replay,
    "demo": _demo,
    "report": _report,
    "runs": _runs,
    "export": _export,
    "explain": _explain,
    "watch": _watch,
    "check": _check,
    "status": _status,
    "messages": _messages,
    "formats": _formats,
}
_HELP = {
    "replay": phrase("A saved log again in the monitor, by its own clock, with pause and speed."),
    "demo": phrase("The monitor on a bundled genuine log, replayed."),
    "runs": phrase("The runs that are remembered to compare later ones with: logs by path, and numbers only."),
    "report": phrase("What happened in a run and what to change."),
    "export": phrase("Every value of a log, with the place it came from."),
    "explain": phrase("What a message means: harmless or not, why, and what to do."),
    "watch": phrase("Follow a log without a screen: one line an event."),
    "check": phrase(
        "Exit code 0 when the run is healthy, 1 when there are findings, 2 for wrong usage, 3 when the log cannot be read."
    ),
    "status": phrase("One short line on the run, for a status bar."),
    "formats": phrase(
        "The forms of logs that are read: lines of a log by dialect, what they are read as, and which code prints so."
    ),
    "messages": phrase("The messages that are known: what each means and what to do, searchable."),
}
