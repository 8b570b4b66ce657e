"""`tailwatch explain`: what a pasted message means, whether it is harmless, and what to do."""

from __future__ import annotations

import re
import sys
from typing import IO, TYPE_CHECKING, NamedTuple

from tailwatch.catalogue import Catalogue, FreshContext
from tailwatch.core.peeling import TRACEBACK, headline, peel

if TYPE_CHECKING:
    from tailwatch.catalogue import Verdict

_SGR = re.compile(r"\x1b\[[0-9;:]{0,32}m")
_HEADINGS = {
    "harmless": "Harmless: this needs no action.",
    "info": "Information: this is no problem.",
    "actionable": "Needs action: training goes on, but quality, speed or correctness suffers.",
    "fatal": "Fatal: the run is dead, or its results are worthless from here on.",
    "unknown": "Unknown: this is a message, but the catalogue does not know it.",
    "none": "This is an ordinary line, no message.",
}


class Explanation(NamedTuple):
    """The answer for one message. The fields are those of the JSON objects; `label` is `none` for an ordinary line."""

    label: str
    rule: str = ""
    why: str = ""
    action: str = ""
    source: str = ""


def explain(text: str) -> Explanation:
    """Judge one message, of one or several lines, on its own: nothing else of its log is known."""
    text = _SGR.sub("", text.replace("\r", "\n"))
    catalogue = Catalogue.load()
    verdict: Verdict | None = catalogue.judge(catalogue.candidates(text), text, FreshContext())
    if verdict is not None:
        return Explanation(verdict.label, verdict.rule, verdict.why, verdict.action, verdict.source)
    if TRACEBACK in text or peel(headline(text)).is_message:
        return Explanation("unknown")
    return Explanation("none")


def explain_text(text: str, format: str) -> str:  # noqa: A002  (the name of the command's option)
    """The answer for one message as text, or as a JSON object for `json` and `jsonl`."""
    answer = explain(text)
    if format != "text":
        import json  # noqa: PLC0415  (explaining one message as text starts faster without it)

        return json.dumps(answer._asdict(), ensure_ascii=False, indent=2 if format == "json" else None)
    lines = [_HEADINGS[answer.label]]
    if answer.why:
        lines += [f"Why:    {answer.why}", f"Do:     {answer.action}", f"Source: {answer.source} (rule {answer.rule})"]
    return "\n".join(lines)


def run_explain(text: str | None, format: str, stdin: IO[str], stdout: IO[str]) -> int:  # noqa: A002
    """Answer for `text`, or for what stdin holds; with format jsonl stdin is one JSON object `{"id", "text"}` a line.

    Returns:
        The exit code: 0, or 2 when a line of stdin is no such object.
    """
    if text not in (None, "-"):
        stdout.write(explain_text(str(text), format) + "\n")
        return 0
    if format != "jsonl":
        stdout.write(explain_text(stdin.read(), format) + "\n")
        return 0
    return _answer_lines(stdin, stdout)


def _answer_lines(stdin: IO[str], stdout: IO[str]) -> int:
    import json  # noqa: PLC0415

    for number, line in enumerate(stdin, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            answer = {"id": asked["id"], **explain(asked["text"])._asdict()}
        except (ValueError, TypeError, KeyError, AttributeError):
            sys.stderr.write(f'line {number} of the input is no JSON object with "id" and "text"; give one such object a line\n')
            return 2
        stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0
