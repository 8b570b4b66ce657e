"""Finding the rules for a message, and the verdict of the right one."""

from __future__ import annotations

from functools import cache, cached_property

from tailwatch.catalogue.index import heads_in, matches
from tailwatch.catalogue.store import Tables, package_tables
from tailwatch.core.digits import zeroed
from tailwatch.core.peeling import TRACEBACK, headline, may_be_message, peel
from tailwatch.core.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tailwatch.catalogue.rules import Rule, Verdict
    from tailwatch.core.conditions import Context
    from tailwatch.core.peeling import Peeled

MAX_CANDIDATES = 12
HANDLING = "During handling of the above exception"


def matching_form(text: str) -> str:
    """Fold every run of blanks and line breaks into one blank, and leave out source code: it says what it may.

    That is the frames of a traceback and their source lines, and the one below a warning. Of an exception that came while another
    one was handled, the last one counts.
    """
    if "\n" in text and (TRACEBACK in text or "Warning: " in text):
        text = text.rpartition(HANDLING)[2]
        lines = text.splitlines()
        deep = lines[0].rstrip().endswith("Warning:")  # the warning's text stands below, indented deeper than its source line
        text = "\n".join(line for line in lines if not line.startswith("  ") or (deep and not line[2:3].strip()))
    return " ".join(text.split())


class Catalogue:
    """All rules. Their anchors are filed in an index; a rule's table is parsed when a line first holds its anchor.

    Reading every table would take longer than starting Python, and a log meets a few of the rules.
    """

    def __init__(self, tables: Tables) -> None:
        """Look for the rules of these tables."""
        self.tables = tables
        self._parsed: dict[int, Rule] = {}

    @staticmethod
    @cache
    def load() -> Catalogue:
        """Read the catalogue that comes with the package, once in a process."""
        return Catalogue(package_tables())

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, parsed; for tests and lists, a log needs only its candidates."""
        return tuple(self._rule(owner) for owner in range(len(self.tables.tables)))

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, or None."""
        line = f'\nid = "{rule_id}"\n'
        owners = (owner for owner, toml in enumerate(self.tables.tables) if line in f"\n{toml}\n")
        return next(map(self._rule, owners), None)

    def knows(self, rule_id: str) -> bool:
        """Whether there is a rule of that id."""
        return self.rule(rule_id) is not None

    def families(self) -> tuple[str, ...]:
        """The names of the families, one a TOML file."""
        return tuple(dict.fromkeys(self.tables.families))

    def candidates(self, text: str) -> tuple[Rule, ...]:
        """Rules that may know the message, the most specific first; the same for every text of the same shape.

        `text` may be a line or its shape (digits as 0): digits are made 0 here, on either side, so that a caller may keep the
        answer for a shape and judge every line of it anew.
        """
        form = matching_form(text) if "\n" in text else text
        heads = heads_in(self.tables.anchors, form)
        suspect = may_be_message(text)
        if not (heads or suspect):
            return ()
        matched: dict[int, int] = {}
        if heads:
            for owner, length in matches(self.tables.anchors, zeroed(" ".join(form.split())), heads):
                matched[owner] = max(length, matched.get(owner, 0))
        if suspect:
            for owner in self._owners_of_class(peel(zeroed(headline(text)))):
                matched.setdefault(owner, 0)
        if not matched:
            return ()
        if self.tables.load():
            return self.candidates(text)
        rules = [(self._rule(owner), length) for owner, length in matched.items()]
        rules.sort(key=lambda pair: (-pair[0].priority, -pair[1], pair[0].id))
        return tuple(rule for rule, _ in rules[:MAX_CANDIDATES])

    @staticmethod
    def judge(candidates: tuple[Rule, ...], text: str, context: Context) -> Verdict | None:
        """The verdict of the first candidate that knows the message; None when none does, which is no verdict at all."""
        if not candidates:
            return None
        form = matching_form(text)
        wrapped = bool(peel(headline(text)).wrapper)
        for rule in candidates:
            verdict = rule.verdict(form, context, wrapped=wrapped)
            if verdict is not None:
                return verdict
        return None

    def _owners_of_class(self, head: Peeled) -> Iterator[int]:
        yield from self.tables.classes.get(head.level, ())
        name = head.klass.rpartition(".")[2]
        if name:
            yield from self.tables.classes.get(name, ())
            for ending in ("Warning", "Error", "Exception"):
                if name.endswith(ending):
                    yield from self.tables.classes.get(f"*{ending}", ())

    def _rule(self, owner: int) -> Rule:
        rule = self._parsed.get(owner)
        if rule is None:
            from tailwatch.catalogue.rules import rule_from_toml  # noqa: PLC0415 - few logs hold a message that is known

            rule = rule_from_toml(self.tables.tables[owner])
            self._parsed[owner] = rule
        return rule
