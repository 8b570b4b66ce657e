"""Every rule of the catalogue, tested by what its own table says."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import tailwatch.catalogue
from tailwatch.catalogue.engine import Catalogue
from tailwatch.catalogue.reading import read_list, read_rule
from tailwatch.catalogue.rules import FreshContext
from tailwatch.core.digits import TEXT_DIGITS_TO_ZERO

CATALOGUE = Catalogue.load()
FILES = sorted(Path(tailwatch.catalogue.__file__).parent.glob("*.toml"))
LABELS = {"harmless", "info", "actionable", "fatal", "unknown"}
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


def rules_of(family):
    return [rule for rule in CATALOGUE.rules if rule.id.partition(".")[0] == family]


def verdict(text):
    return CATALOGUE.judge(CATALOGUE.candidates(text), text, FreshContext())


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_rules_know_their_samples_and_leave_the_others_alone(family):
    """Each sample is judged by the very rule that brings it, and no non-sample is."""
    wrong = []
    for rule in rules_of(family):
        wrong += [(rule.id, sample) for sample in rule.samples if (found := verdict(sample)) is None or found.rule != rule.id]
        wrong += [(rule.id, other) for other in rule.non_samples if (found := verdict(other)) and found.rule == rule.id]
    assert wrong == []


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_rules_are_complete(family):
    """A rule says why, what to do and where that is known from, and brings two different samples."""
    known = {rule.id for rule in CATALOGUE.rules}
    for rule in rules_of(family):
        assert rule.label in LABELS, rule.id
        assert all((rule.why, rule.action, rule.source)), rule.id
        assert len(set(rule.samples)) >= 2, rule.id
        assert rule.anchors or rule.classes, rule.id
        for when in rule.when:
            assert when.label in LABELS, rule.id
            assert not when.number or (rule.pattern and when.number in rule.pattern.groupindex), rule.id
            assert {when.seen, when.unseen} <= known | {""}, rule.id


# What a source may name: a file, a thread or page, a package with its version, or a code that a standard defines.
SOURCE = re.compile(
    r"[\w/-]+\.(?:py|pyx|cc?|cpp|cu|h|hpp|so|txt|sh|toml|md|js|go|rs|def)\b|\w+/[\w.-]+#\d+|https://\w"
    r"|\w+ v?\d+\.\d+|errno E[A-Z]+|^wording of "
)
DOUBT = re.compile(r"(?i)unverified|\btodo\b|\bmaybe\b|\bprobably\b|\?")


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_sources_say_where_the_verdict_comes_from(family):
    """A source names a file, a thread, a page or a version that somebody has read; doubt is a label, not a remark."""
    assert [(rule.id, rule.source) for rule in rules_of(family) if not SOURCE.search(rule.source)] == []
    assert [(rule.id, rule.source) for rule in rules_of(family) if DOUBT.search(rule.source)] == []


@pytest.mark.parametrize(
    "source", ["unverified: torch 2.13 cuda/__init__.py", "torch", "known from practice", "numpy docs, probably"]
)
def test_vague_sources_are_refused(source):
    """A package without a version, a habit or a doubt is no source."""
    assert DOUBT.search(source) or not SOURCE.search(source)


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_anchors_are_no_generic_words(family):
    """An anchor is two words at least, or one rare long word, unless a pattern decides; it is not cut inside a word."""
    for rule in rules_of(family):
        for anchor in rule.anchors:
            words = re.findall(r"[A-Za-z_]{2,}|[^\x00-\x7f]", anchor)
            assert len(words) >= 2 or len(anchor) >= 10 or rule.pattern, (rule.id, anchor)
            assert " ".join(anchor.split()) == anchor, (rule.id, anchor)


# Words that any message may end or begin with: an anchor made of these alone would know messages of other libraries.
# fmt: off
GENERIC = {
    "a", "an", "and", "are", "be", "been", "by", "can", "cannot", "could", "default", "deprecated", "does", "error",
    "failed", "fall", "falling", "find", "for", "found", "from", "future", "has", "have", "ignore", "ignored",
    "ignoring", "in", "instead", "invalid", "is", "it", "its", "longer", "may", "might", "missing", "must", "no", "not",
    "of", "on", "or", "please", "release", "removed", "see", "set", "setting", "should", "supported", "that", "the",
    "this", "to", "unable", "unknown", "use", "used", "using", "value", "version", "warning", "was", "will", "with",
    "you", "your",
}
# fmt: on


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_anchors_are_no_generic_tails(family):
    """What every library says (`will be ignored`, `is not supported`) is no anchor, unless a pattern decides."""
    generic = [
        (rule.id, anchor)
        for rule in rules_of(family)
        for anchor in rule.anchors
        if not rule.pattern and {word.lower() for word in re.findall(r"[A-Za-z_]{2,}|[^\x00-\x7f]", anchor)} <= GENERIC
    ]
    assert generic == []


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
    tables_ = CATALOGUE.tables
    entries = [toml for family, toml in zip(tables_.families, tables_.tables, strict=True) if family == path.stem]
    assert [table.get("anchors", []) for table in tables] == [list(read_list(entry, "anchors")) for entry in entries]
    assert [table.get("classes", []) for table in tables] == [list(read_list(entry, "classes")) for entry in entries]
    for table, entry in zip(tables, entries, strict=True):
        own, conditions = read_rule(entry)
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


@pytest.mark.parametrize("family", CATALOGUE.families())
def test_candidates_depend_on_the_shape_alone(family):
    """A caller may keep the candidates of a shape: a line and its shape have the same ones."""
    for rule in rules_of(family):
        for sample in rule.samples:
            assert CATALOGUE.candidates(sample) == CATALOGUE.candidates(sample.translate(TEXT_DIGITS_TO_ZERO))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 32768.0", "harmless"),
        ("[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768", "harmless"),
        ("[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 1, reducing to 1", "fatal"),
        ("NVRM: Xid (PCI:0000:3b:00): 13, pid=77, Graphics Exception", "actionable"),
        ("NVRM: Xid (PCI:0000:3b:00): 79, pid=77, Graphics Exception", "fatal"),
        (
            "Allocator (GPU_0_bfc) ran out of memory trying to allocate 2GiB. The caller indicates that this is not a failure",
            "harmless",
        ),
        ("Allocator (GPU_0_bfc) ran out of memory trying to allocate 2GiB (rounded to 9)requested by op conv", "fatal"),
        (
            "Some weights of Net were not initialized from the model checkpoint and are newly initialized: ['classifier.bias']",
            "harmless",
        ),
        (
            "Some weights of Net were not initialized and are newly initialized: ['encoder.layer.0.output.dense.bias']",
            "actionable",
        ),
        ("Could not load dynamic library 'libnvinfer.so.7'; dlerror: x", "harmless"),
        ("Could not load dynamic library 'libcudart.so.11.0'; dlerror: x", "actionable"),
    ],
)
def test_look_alikes_are_told_apart(text, label):
    """Messages of nearly the same words get the verdict that their numbers or their other words call for."""
    assert verdict(text).label == label


def test_lines_of_one_shape_are_judged_each():
    """The candidates kept from a harmless line judge a fatal one of the same shape as fatal."""
    for harmless, fatal in (
        ("reducing loss scale to 8.0", "reducing loss scale to 1.0"),
        ("Xid (a:0): 13, x", "Xid (a:0): 79, x"),
    ):
        first, second = (f"NVRM: Gradient overflow. {text}" if "loss" in text else f"NVRM: {text}" for text in (harmless, fatal))
        kept = CATALOGUE.candidates(first)
        assert CATALOGUE.judge(kept, first, FreshContext()).label != "fatal"
        assert CATALOGUE.judge(kept, second, FreshContext()).label == "fatal"


def _lists(value):
    return list(value) if isinstance(value, tuple) else value
