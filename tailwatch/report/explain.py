"""`tailwatch explain`: what a pasted message means, whether it is harmless, and what to do."""

from __future__ import annotations

import sys

from tailwatch.catalogue.engine import Catalogue, matching_form
from tailwatch.catalogue.rules import FreshContext
from tailwatch.core.errors import UsageError
from tailwatch.core.lazily import lazy
from tailwatch.core.named import NamedTuple
from tailwatch.core.peeling import TRACEBACK, headline, peel
from tailwatch.core.text import ENGLISH, phrase
from tailwatch.core.typed import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from tailwatch.catalogue.rules import Verdict
    from tailwatch.config_tables import OwnMessage
    from tailwatch.core.text import Language

_SGR = lazy(r"\x1b\[[0-9;:]{0,32}m")
_HEADINGS = {
    "harmless": phrase("Harmless: this needs no action."),
    "info": phrase("Information: this is no problem."),
    "actionable": phrase("Needs action: training goes on, but quality, speed or correctness suffers."),
    "fatal": phrase("Fatal: the run is dead, or its results are worthless from here on."),
    "unknown": phrase("Unknown: this is a message, but the catalogue does not know it."),
    "none": phrase("This is an ordinary line, no message."),
}

_PASTE = phrase("Paste the message, then press Enter and Ctrl-D:")


class Explanation(NamedTuple):
    """The answer for one message. The fields are those of the JSON objects; `label` is `none` for an ordinary line."""

    label: str
    rule: str = ""
    why: str = ""
    action: str = ""
    source: str = ""


def explain(text: str, language: Language = ENGLISH, messages: tuple[OwnMessage, ...] = ()) -> Explanation:
    """Judge one message, of one or several lines, on its own: nothing else of its log is known but the user's own verdicts."""
    text = text.replace("\r", "\n")
    if "\x1b" in text:
        text = _SGR.sub("", text)
    catalogue = Catalogue.load()
    verdict: Verdict | None = catalogue.judge(catalogue.candidates(text), text, FreshContext())
    if messages:
        from tailwatch.catalogue.own import OwnRules  # noqa: PLC0415 - start-up counts

        own = OwnRules(messages, catalogue.knows).verdict(
            matching_form(text), verdict, FreshContext(), wrapped=bool(peel(headline(text)).wrapper)
        )
        if own is not None:
            rule = verdict.rule if verdict else ""
            return Explanation(own.label, rule, language.of(own.why), language.of(own.action), own.source)
    if verdict is not None:
        return Explanation(verdict.label, verdict.rule, language.of(verdict.why), language.of(verdict.action), verdict.source)
    if TRACEBACK in text or peel(headline(text)).is_message:
        return Explanation("unknown")
    return Explanation("none")


def explain_text(
    text: str,
    format: str,  # noqa: A002  (the name of the command's option)
    language: Language = ENGLISH,
    messages: tuple[OwnMessage, ...] = (),
) -> str:
    """The answer for one message as text, or as a JSON object for `json` and `jsonl`."""
    answer = explain(text, language, messages)
    if format != "text":
        import json  # noqa: PLC0415  (explaining one message as text starts faster without it)

        return json.dumps(answer._asdict(), ensure_ascii=False, indent=2 if format == "json" else None)
    return said(answer, language)


def said(answer: Explanation, language: Language) -> str:
    """Return an answer as text: what is to be thought of the message, why, what to do and who says so."""
    lines = [language.of(_HEADINGS[answer.label])]
    if answer.why:
        say = language.say
        lines += [say("Why:    {why}", why=answer.why), say("Do:     {action}", action=answer.action)]
        lines += [say("Source: {source} (rule {rule})", source=answer.source, rule=answer.rule)]
    return "\n".join(lines)


def run_explain(
    text: str | None,
    format: str,  # noqa: A002
    stdin: IO[str] | None,
    stdout: IO[str],
    language: Language = ENGLISH,
    messages: tuple[OwnMessage, ...] = (),
) -> int:
    """Answer for `text`, or for what stdin holds; with format jsonl stdin is one JSON object `{"id", "text"}` a line.

    Returns:
        The exit code: 0, or 2 when a line of stdin is no such object.

    Raises:
        UsageError: there is no `text`, and stdin is closed.
    """
    if text not in (None, "-"):
        stdout.write(explain_text(str(text), format, language, messages) + "\n")
        return 0
    if stdin is None:
        raise UsageError("standard input is closed; give the message as an argument, or pipe it in.")
    if stdin.isatty():
        sys.stderr.write(language.of(_PASTE) + "\n")
    if format != "jsonl":
        asked = stdin.read()
        several = _several(asked, language, messages) if format == "text" else ""
        stdout.write((several or explain_text(asked, format, language, messages)) + "\n")
        return 0
    return _answer_lines(stdin, stdout, language, messages)


def _several(asked: str, language: Language, messages: tuple[OwnMessage, ...]) -> str:
    """Return the answers where more than one message was piped in, else ""."""
    if "\n" not in asked.strip():
        return ""
    from tailwatch.report.explain_many import explain_many  # noqa: PLC0415 - one message is answered without it

    return explain_many(asked, language, messages)


def _answer_lines(stdin: IO[str], stdout: IO[str], language: Language, messages: tuple[OwnMessage, ...]) -> int:
    import json  # noqa: PLC0415

    for number, line in enumerate(stdin, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            answer = {"id": asked["id"], **explain(asked["text"], language, messages)._asdict()}
        except (ValueError, TypeError, KeyError, AttributeError):
            sentence = language.say(
                'line {n} of the input is no JSON object with "id" and "text"; give one such object a line', n=number
            )
            sys.stderr.write(f"{sentence}\n")
            return 2
        stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0
