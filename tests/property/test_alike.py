"""Lines that differ in words which mean nothing are read as if the dialects had been asked about each."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tailwatch.core import alike
from tailwatch.core.events import EMPTY_FRAME, Data, Frame
from tailwatch.core.metrics import known_words
from tailwatch.core.saying import Saying
from tailwatch.core.shapes import Reader
from tailwatch.dialects import plan_for
from tailwatch.dialects._words import Words
from tailwatch.session import Session

if TYPE_CHECKING:
    import pytest

    from tailwatch.core.events import Plan

SAID = [name for name in Saying.__slots__ if name not in ("_mover", "_by_epochs", "_shape")]
PIECES = (
    *("loss ", "val_loss: ", "train ", "acc=", "lr: ", "epoch ", "Epoch: [{0}]", "step {0}", "best ", "at ", "{0}/{0}", "iter: "),
    *(
        "{0}",
        "{0}.{0}",
        "{0}%",
        "-{0}.{0}",
        "nan",
        "{0}e-0{0}",
        "第{0}轮",
        "损失: ",
        "Saved model to ",
        "WARNING: ",
        "[INFO] ",
        "for ",
    ),
    *(
        "{w}",
        "{w} ",
        "{w}_{w}",
        "/{w}/{w}.pt",
        "[{w}] ",
        "{w}: ",
        "{w}=",
        "({w})",
        "'{w}': ",
        "{w} loss ",
        "{W} ",
        "{T}.{w} ",
        "<{w}>",
    ),
    *(
        " ",
        "  ",
        " | ",
        ", ",
        "\t",
        "{{",
        "}}",
        "] ",
        ") ",
        " - ",
        "; ",
        "...",
        "{0}s ",
        "00:00:0{0} ",
        "2024-05-01 10:11:12,345 ",
    ),
)
templates = st.lists(st.sampled_from(PIECES), min_size=2, max_size=14).map("".join)


def invented(seed: random.Random) -> str:
    return "".join(seed.choices(string.ascii_lowercase, k=seed.randint(2, 13)))


def filled(template: str, seed: random.Random) -> str:
    """Return a line with other words and numbers than the last one."""
    for place, make in (
        ("{w}", lambda: invented(seed)),
        ("{W}", lambda: invented(seed).upper()),
        ("{T}", lambda: invented(seed).title()),
        ("{0}", lambda: str(seed.randint(1, 400))),
    ):
        while place in template:
            template = template.replace(place, make(), 1)
    return template.replace("{{", "{").replace("}}", "}")


def told(lines: list[str], monkeypatch: pytest.MonkeyPatch, *, not_before: int) -> tuple[list[str], int, list[str]]:
    """Return what a log says, how many of its lines are not understood, and its settings and marks."""
    monkeypatch.setattr(alike, "NOT_BEFORE", not_before)
    session = Session(keep_readings=True, judged=False)
    changes = session.feed(Data("".join(f"{line}\n" for line in lines).encode(), 0.0))
    readings = [repr(told) for told in changes.readings]
    segments = session.run.segments
    return readings, session.unread.lines, [repr((s.marks, s.settings)) for s in segments]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("step {0} | {w} loss {0}.{0} | acc {0}.{0} | file {w}.png", 1)
@example("Epoch {0}/300 [{w}] train loss: {0}.{0} val loss: {0}.{0} lr: 3e-4", 2)
@example("{{'step': {0}, '{w}': {0}.{0}, 'loss': {0}.{0}, '{w}_{w}': {0}}}", 3)
@example("    {W}_{W}: {0}", 4)
@given(templates, st.integers(0, 1000))
def test_lines_of_one_form_say_what_each_would_say_by_itself(monkeypatch, template, seed):
    chance = random.Random(seed)
    lines = [filled(template, chance) for _ in range(40)]
    assert told(lines, monkeypatch, not_before=0) == told(lines, monkeypatch, not_before=1 << 60)


class Asked:
    """The dialects, counting how often they are asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, shape: bytes, frame: Frame) -> Plan | None:
        self.times += 1
        return plan_for(shape, frame)


def test_the_dialects_are_spared_most_lines_of_a_log_that_invents_words():
    chance = random.Random(5)
    asked = Asked()
    reader = Reader(asked, words=Words())
    for _ in range(2000):
        reader.entry(
            filled("Epoch {0}/300 [{w}] train loss: {0}.{0}", chance).encode().translate(bytes.maketrans(b"123456789", b"0" * 9))
        )
    assert reader.misses > 1500
    assert asked.times < 700


def test_the_dialects_are_asked_about_every_form_that_came_once():
    """A log of new forms only gains nothing, and is soon no longer looked at for what its lines share."""
    asked, chance = Asked(), random.Random(6)
    reader = Reader(asked, words=Words())
    forms = [
        " ".join(["loss" if chance.random() < 0.5 else "acc" for _ in range(12)]) + f" {invented(chance)} 0.0"
        for _ in range(1500)
    ]
    for form in forms:
        reader.entry(form.encode())
    assert asked.times == reader.misses


def test_a_word_that_any_dialect_looks_for_always_means_something():
    words = Words()
    assert not [w for w in known_words() if w.isascii() and w.isalpha() and len(w) > 2 and not words.mean(w.encode())]
    for word in (b"Epoch", b"WARNING", b"validation", b"checkpoint", b"namespace", b"rollout", b"Saving", b"gpu", b"myloss"):
        assert words.mean(word), word


def test_a_word_that_differs_in_its_fate_gives_another_form():
    """`loss` and `qwpx` are no two words for one thing."""
    known = alike.Alike(Words(), lambda shape, _: [(0, len(shape), plan)] if (plan := plan_for(shape, EMPTY_FRAME)) else [])
    one, other, third = (known.form(b"epoch 0 " + word + b" 0.0") for word in (b"loss", b"qwpx", b"zzkj"))
    assert one is None
    assert other is not None
    assert third is not None
    assert other.text == third.text


def test_a_plan_for_other_names_is_that_of_a_line_with_these_names():
    """Series, families and all that is looked up once are the same, whether the plan was made for the names or taken over."""
    chance = random.Random(8)
    reader, apart = Reader(plan_for, words=Words()), Reader(plan_for)
    for _ in range(600):
        line = filled("step {0} | {w} loss {0}.{0} | train_{w}_acc {0}.{0}", chance).encode()
        shape = line.translate(bytes.maketrans(b"123456789", b"0" * 9))
        taken, made = reader.entry(shape).runner, apart.entry(shape).runner
        assert taken is not None
        assert made is not None
        assert taken.family is made.family
        assert taken.plan == made.plan
        assert taken.unpack(line) == made.unpack(line)
        assert {n: repr(getattr(taken._saying, n)) for n in SAID} == {n: repr(getattr(made._saying, n)) for n in SAID}
