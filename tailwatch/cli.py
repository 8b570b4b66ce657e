"""The command line: joins a source, a session and a front end. Exit codes: 0 healthy, 1 findings, 2 usage, 3 unreadable log."""

from __future__ import annotations

import errno
import gc
import os
import sys

from tailwatch.core.errors import OutputError, TailwatchError, UsageError, reason
from tailwatch.core.lazily import compile_by
from tailwatch.core.typed import TYPE_CHECKING, Any, Final, NoReturn
from tailwatch.plain import plain

if TYPE_CHECKING:
    import argparse
    import re
    from collections.abc import Callable, Sequence

    from tailwatch.compiled import Compiler

COMMANDS = ("replay", "demo", "report", "runs", "export", "explain", "watch", "check", "status", "messages")

_OUTPUT_FAILS: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Nothing that tailwatch reads fails so."""
_NEW_OBJECTS: Final = 50_000
"""So many new objects may stand before garbage is looked for: loading makes half of them and throws none away."""


def run() -> NoReturn:
    """Run the command line as a process of its own."""
    gc.set_threshold(_NEW_OBJECTS)
    patterns = _Patterns()
    compile_by(patterns.compile)
    code = main()
    patterns.keep()
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process, without taking everything in it apart first, unless something else still has to do with it."""
    if "threading" in sys.modules or sys.gettrace() is not None or sys.getprofile() is not None:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


class _Patterns:
    """Compiles patterns as an earlier command did; how, is loaded with the first of them."""

    def __init__(self) -> None:
        self._compiler: Compiler | None = None

    def compile(self, source: str | bytes, flags: int) -> re.Pattern[Any]:
        """Return the pattern of this text."""
        if self._compiler is None:
            from tailwatch.compiled import Compiler  # noqa: PLC0415 - start-up counts

            self._compiler = Compiler()
            compile_by(self._compiler.compile)
        return self._compiler.compile(source, flags)

    def keep(self) -> None:
        """Keep those that were compiled anew."""
        if self._compiler is not None:
            self._compiler.save()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. Errors are one sentence on stderr, never a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _let_all_be_written()
    try:
        return _run(arguments)
    except TailwatchError as error:
        return _tell(error, arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 141
    except OSError as error:
        if error.errno not in _OUTPUT_FAILS:
            raise
        _silence_stdout()
        return _tell(OutputError("What tailwatch prints cannot be written: {why}.", why=reason(error)), arguments)


def _tell(error: TailwatchError, arguments: list[str]) -> int:
    from tailwatch.core.sanitise import sanitise  # noqa: PLC0415 - start-up counts
    from tailwatch.language.wished import wished  # noqa: PLC0415

    sys.stderr.write(f"tailwatch: {sanitise(wished(arguments).render(error.sentence))}\n")
    return error.exit_code


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from tailwatch import __version__  # noqa: PLC0415 - start-up counts

        print(f"tailwatch {__version__}")  # noqa: T201 - the answer
        return 0
    if arguments[:1] == ["explain"] and len(arguments) <= 2 and not any(a.startswith("--") for a in arguments) and _nothing_set():
        return _explain_fast(arguments[1] if len(arguments) == 2 else "-")
    options = plain(arguments)
    if options is None:
        from tailwatch.arguments import parse  # noqa: PLC0415 - start-up counts

        options = parse(arguments)
    if getattr(options, "format", "text") != "text" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # what programs and browsers read is UTF-8 in every locale
    handler: Callable[[argparse.Namespace], int] = options.run
    code = handler(options)
    sys.stdout.flush()
    return code


def _let_all_be_written() -> None:
    """Write a question mark for what the locale's encoding does not have, and nothing where the caller closed the output."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - as long as the process lives
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "encoding", "utf-8") != "utf-8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _nothing_set() -> bool:
    from tailwatch.whereabouts import nothing_set  # noqa: PLC0415 - start-up counts

    return nothing_set(os.environ)


def _explain_fast(text: str) -> int:
    """Explain one line where nothing is set but the locale, without building the argument parser: it starts in half the time."""
    from tailwatch.language import chosen  # noqa: PLC0415 - start-up counts
    from tailwatch.report.explain import run_explain  # noqa: PLC0415

    return run_explain(text, "text", sys.stdin, sys.stdout, chosen())


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about a reader that went away (`tailwatch export LOG | head`)."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())


__all__ = ["COMMANDS", "UsageError", "main"]
