"""How many epochs a run is to have, where only its settings say so."""

from __future__ import annotations

from tailwatch.core.events import Data
from tailwatch.session import Session

CONFIG = '{"model": "resnet50", "epochs": 12, "batch_size": 64, "lr": 0.1}\n'


def epochs(log: str) -> float | None:
    session = Session()
    session.feed(Data(log.encode(), 0.0))
    return session.run.progress.epochs


def lines(first: int, last: int, form: str = "epoch {} loss 0.{}\n") -> str:
    return "".join(form.format(n, 900 - n) for n in range(first, last + 1))


def test_the_settings_say_how_many_epochs_there_will_be() -> None:
    """Where no line of progress does."""
    assert epochs(CONFIG + lines(3, 4)) == 12


def test_a_line_of_progress_comes_first() -> None:
    """Whatever the settings say, before it or after it."""
    assert epochs(CONFIG + lines(1, 2, "epoch {}/30 loss 0.{}\n")) == 30
    assert epochs(lines(1, 2, "epoch {}/30 loss 0.{}\n") + CONFIG) == 30


def test_settings_that_the_run_has_outrun_were_of_something_else() -> None:
    """Nothing is said of how many epochs there will be then."""
    assert epochs(CONFIG + lines(1, 13)) is None
    assert epochs(lines(1, 13) + CONFIG) is None
    assert epochs(CONFIG.replace("12", "0") + lines(1, 2)) is None


def test_a_restart_has_its_own_settings() -> None:
    """They stand before its first epoch, and so before it is known for a restart."""
    assert epochs(CONFIG + lines(1, 10) + CONFIG.replace("12", "40") + lines(1, 2)) == 40
