"""Every rule of the catalogue, tested by what its own table says."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import tailwatch.catalogue
from tailwatch.catalogue import Catalogue, FreshContext
from tailwatch.catalogue.engine import DIGITS_TO_ZERO
from tailwatch.catalogue.reading import read_rule

# re's own parser: sre_parse under its private name since 3.11
PARSER = re._parser
CONSTANTS = re._constants
ALPHABET = [*map(chr, range(32, 127)), "\n", "中"]
MOST_STEPS = 500
CATALOGUE = Catalogue.load()
FILES = sorted(Path(tailwatch.catalogue.__file__).parent.glob("*.toml"))
LABELS = {"harmless", "info", "actionable", "fatal"}
INNOCENT = [
    "Epoch 3/10 - loss: 0.4213 - val_loss: 0.5122 - accuracy: 0.8801",
    "warmup_steps: 500",
    "max_error_retries: 3",
    "on_exception: continue",
    "error_rate = 0.031 (best 0.029)",
    "val: Scanning labels.cache... 311 found, 0 missing, 0 empty, 0 corrupt: 100%|####| 311/311 [00:00<?, ?it/s]",
    "Class names: ['normal', 'error', 'warning', 'critical']",
    "step 200 | loss 2.31 | grad norm 1.2 | loss scale 65536.0 | skipped 0 | nan 0 |",
    "[LightGBM] [Info] Total Bins 7650",
    "Saved checkpoint to out/model.pt",
    "第 3/50 轮 损失 0.43 验证损失 0.45",
    "health check OK: 0 timeouts, 0 failures",
    "Namespace(data='a.yaml', epochs=30, ignore_errors=True, workers=8)",
    "total exceptions handled: 0",
    "Trainable params: 21.3 K",
    "Loading weights:   0%|          | 0/254 [00:00<?, ?it/s]",
]


def verdict(text):
    return CATALOGUE.judge(CATALOGUE.candidates(text), text, FreshContext())


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_rule_knows_its_samples_and_leaves_the_others_alone(rule):
    """Each sample is judged by this very rule, and no non-sample is."""
    for sample in rule.samples:
        found = verdict(sample)
        assert found is not None, sample
        assert found.rule == rule.id, sample
    for other in rule.non_samples:
        found = verdict(other)
        assert found is None or found.rule != rule.id, other


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_rule_is_complete(rule):
    """A rule says why, what to do and where that is known from, and brings two different samples."""
    assert rule.label in LABELS
    assert rule.id == rule.id.lower()
    assert all((rule.why, rule.action, rule.source))
    assert re.search(r"\w[/.#: ]\w", rule.source), "the source names no file or thread"
    assert len(set(rule.samples)) >= 2
    assert rule.anchors or rule.classes
    for when in rule.when:
        assert when.label in LABELS
        assert not when.number or (rule.pattern and when.number in rule.pattern.groupindex)
        for other in filter(None, (when.seen, when.unseen)):
            assert any(known.id == other for known in CATALOGUE.rules), other


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_anchors_are_no_generic_words(rule):
    """An anchor is two words at least, or one rare long word, unless a pattern decides."""
    for anchor in rule.anchors:
        words = re.findall(r"[A-Za-z_]{2,}|[^\x00-\x7f]", anchor)
        assert len(words) >= 2 or len(anchor) >= 10 or rule.pattern, anchor
        assert anchor.strip() == anchor, anchor


@pytest.mark.parametrize("line", INNOCENT)
def test_ordinary_lines_are_no_messages(line):
    """Lines that only hold a frightening word get no verdict."""
    assert verdict(line) is None


def test_rule_ids_are_unique_and_name_their_family():
    """An id is `family.what`, once."""
    counts = Counter(rule.id for rule in CATALOGUE.rules)
    assert not [rule_id for rule_id, count in counts.items() if count > 1]
    assert {rule.id.partition(".")[0] for rule in CATALOGUE.rules} <= set(CATALOGUE.families())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_quick_reading_is_the_same_as_the_toml_parser(path):
    """What the catalogue reads of a file is what tomllib reads of it."""
    tables = tomllib.loads(path.read_text("utf-8"))["rule"]
    entries = [entry for entry in CATALOGUE._entries if entry.family == path.stem]
    assert [table.get("anchors", []) for table in tables] == [list(entry.anchors) for entry in entries]
    assert [table.get("classes", []) for table in tables] == [list(entry.classes) for entry in entries]
    for table, entry in zip(tables, entries, strict=True):
        own, conditions = read_rule(entry.toml)
        assert {key: _lists(value) for key, value in own.items()} == {key: value for key, value in table.items() if key != "when"}
        assert [{key: _lists(value) for key, value in each.items()} for each in conditions] == table.get("when", [])
    known = {
        "id",
        "label",
        "anchors",
        "classes",
        "pattern",
        "unless",
        "priority",
        "why",
        "action",
        "source",
        "samples",
        "not",
        "when",
    }
    assert not [key for table in tables for key in table.keys() - known]


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_candidates_depend_on_the_shape_alone(rule):
    """A caller may keep the candidates of a shape: a line and its shape have the same ones."""
    for sample in rule.samples:
        assert CATALOGUE.candidates(sample) == CATALOGUE.candidates(sample.translate(DIGITS_TO_ZERO))


@pytest.mark.parametrize("rule", [rule for rule in CATALOGUE.rules if rule.pattern], ids=lambda rule: rule.id)
def test_pattern_is_linear(rule):
    """Repetitions are bounded and not nested, and those that overlap with what follows multiply to few steps a character."""
    assert steps(rule.pattern.pattern) <= MOST_STEPS


@pytest.mark.parametrize("pattern", [r"(a{1,9}){1,9}b", r"\d+", r".{0,99}a.{0,99}b", r"(?:x*)*", r"\s{0,90}\s{0,90}:"])
def test_patterns_that_are_not_linear_are_refused(pattern):
    """Nested, unbounded and adjacent overlapping repetitions are found by the check above."""
    assert steps(pattern) > MOST_STEPS


def test_hostile_lines_are_read_to_the_end():
    """Every pattern gives its answer on long runs of blanks, digits and near-misses."""
    attacks = [" " * 1500, "1" * 8000, "loss=" * 400, "|" * 20000, "1 " * 5000, ":" * 9000, "a" * 9000, "[" * 9000, "\t" * 9000]
    for attack in attacks:
        assert verdict(attack) is None
        for rule in CATALOGUE.rules:
            if rule.pattern:
                rule.pattern.search(attack)


def _lists(value):
    return list(value) if isinstance(value, tuple) else value


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
