"""The patterns of the catalogue are linear: what one start of each may cost is bounded, and hostile lines are read to the end."""

import re

import pytest

from tailwatch.catalogue.engine import Catalogue
from tailwatch.catalogue.rules import FreshContext

# re's own parser: sre_parse under its private name since 3.11
PARSER = re._parser
CONSTANTS = re._constants
ALPHABET = [*map(chr, range(32, 127)), "\n", "中"]
MOST_STEPS = 500
CATALOGUE = Catalogue.load()


def verdict(text):
    return CATALOGUE.judge(CATALOGUE.candidates(text), text, FreshContext())


def test_patterns_are_linear():
    """Repetitions are bounded and not nested, and those that overlap with what follows multiply to few steps a character."""
    assert [rule.id for rule in CATALOGUE.rules if rule.pattern and steps(rule.pattern.pattern) > MOST_STEPS] == []


@pytest.mark.parametrize("pattern", [r"(a{1,9}){1,9}b", r"\d+", r".{0,99}a.{0,99}b", r"(?:x*)*", r"\s{0,90}\s{0,90}:"])
def test_patterns_that_are_not_linear_are_refused(pattern):
    """Nested, unbounded and adjacent overlapping repetitions are found by the check above."""
    assert steps(pattern) > MOST_STEPS


def test_hostile_lines_are_read_to_the_end():
    """Every pattern gives its answer on long runs of blanks, digits and near-misses."""
    attacks = [" " * 1500, "1" * 8000, "loss=" * 400, "|" * 20000, "1 " * 5000, ":" * 9000, "a" * 9000, "[" * 9000, "\t" * 9000]
    attacks += ["Warning: " * 1000, "错误" * 4000, "(pid=1) " * 1000, "a.b/" * 2000, "\\x1b[" * 2000, "{}" * 4000, "nan " * 2000]
    for attack in attacks:
        verdict(attack)
        assert attack[0] not in " 1|:[\t" or verdict(attack) is None
        for rule in CATALOGUE.rules:
            if rule.pattern:
                rule.pattern.search(attack)


def steps(pattern):
    """How many steps one start of the pattern may cost: repetitions add up, and multiply where they overlap with what follows."""
    return _steps(list(PARSER.parse(pattern)), set(), nested=False)


def _steps(nodes, after, *, nested):
    if not nodes:
        return 1
    (op, value), rest = nodes[0], nodes[1:]
    follow, nullable = _first(rest)
    follow = follow | after if nullable else follow
    more = _steps(rest, after, nested=nested)
    if op in (CONSTANTS.MAX_REPEAT, CONSTANTS.MIN_REPEAT, CONSTANTS.POSSESSIVE_REPEAT):
        low, high, body = value
        variable = low != high and high > 1
        if high == CONSTANTS.MAXREPEAT or (nested and variable):
            return MOST_STEPS * 10
        inner = _steps(list(body), follow, nested=nested or high > 1)
        overlaps = variable and _first(list(body))[0] & follow
        return high * inner * more if overlaps else high * inner + more
    if op is CONSTANTS.SUBPATTERN:
        return _steps(list(value[3]), follow, nested=nested) + more
    if op is CONSTANTS.BRANCH:
        return max(_steps(list(branch), follow, nested=nested) for branch in value[1]) + more
    return more


def _first(nodes):
    """The characters that may come first, and whether nothing may come at all."""
    chars = set()
    for op, value in nodes:
        if op in (CONSTANTS.MAX_REPEAT, CONSTANTS.MIN_REPEAT, CONSTANTS.POSSESSIVE_REPEAT):
            more, nullable = _first(list(value[2]))
            nullable = nullable or value[0] == 0
        elif op is CONSTANTS.SUBPATTERN:
            more, nullable = _first(list(value[3]))
        elif op is CONSTANTS.BRANCH:
            parts = [_first(list(branch)) for branch in value[1]]
            more, nullable = set().union(*(part[0] for part in parts)), any(part[1] for part in parts)
        elif op in (CONSTANTS.AT, CONSTANTS.ASSERT, CONSTANTS.ASSERT_NOT):
            more, nullable = set(), True
        else:
            single = PARSER.SubPattern(PARSER.State(), [(op, value)])
            compiled = re._compiler.compile(single)
            more, nullable = {char for char in ALPHABET if compiled.match(char)}, False
        chars |= more
        if not nullable:
            return chars, False
    return chars, True
