"""Commands on logs that are empty, missing, or hold no training values: they say so, and nothing that is not so."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from tailwatch.cli import main

HEALTHY = Path(__file__).parents[2] / "sample_logs/keras/one_device_healthy.log"


@pytest.fixture
def empty(tmp_path: Path) -> str:
    (tmp_path / "run.log").touch()
    return str(tmp_path / "run.log")


def test_a_check_of_an_empty_log_passes_and_says_that_there_is_nothing_to_judge(
    empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It found nothing wrong and could read the log, so the code is 0; whoever reads along learns what that is worth."""
    assert main(["check", "--lang", "en", empty]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"tailwatch: there is nothing to judge yet: {empty} is empty.\n")


def test_a_check_of_a_log_without_training_values_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text("loading the data\n" * 5)
    assert main(["check", "--lang", "en", str(log)]) == 0
    assert capsys.readouterr().err == f"tailwatch: there is nothing to judge yet: {log} holds no training values.\n"
    assert main(["check", "--lang", "en", str(HEALTHY)]) == 0
    assert capsys.readouterr().err == ""


def test_an_empty_log_is_called_empty(empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The report does not speak of messages and lines that are not there, and says what may hold the text back."""
    main(["status", "--lang", "en", empty])
    assert capsys.readouterr().out == "empty log\n"
    main(["report", "--lang", "en", empty])
    told = " ".join(capsys.readouterr().out.split())
    assert "The log is empty." in told
    assert "python -u" in told
    assert "What can be said" not in told
    assert "COULD NOT BE KNOWN" not in told


def test_explain_with_a_closed_input_says_what_to_do(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["explain"]) == 2
    assert "standard input is closed; give the message as an argument" in capsys.readouterr().err


def test_a_socket_is_called_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Opening one fails with what the system says of a device that is gone."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        assert main(["check", "--lang", "en", str(path)]) == 2
    assert capsys.readouterr().err == f"tailwatch: {path} is a socket, not a log; name a log file.\n"


@pytest.mark.parametrize("logs", [["gone.log"], [str(HEALTHY), "gone.log"]])
def test_an_export_that_cannot_be_whole_writes_nothing(logs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a heading nor the rows of the logs before the missing one."""
    assert main(["export", "--lang", "en", *logs]) == 3
    assert capsys.readouterr() == ("", "tailwatch: gone.log: there is no such file; check the path.\n")


def test_an_export_opens_a_named_pipe_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Opened to see whether it can be, and closed, it would cost the writer its reader."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=["epoch 1 loss 0.5\n"])
    writer.start()
    assert main(["export", str(pipe)]) == 0
    writer.join()
    assert ",loss,loss," in capsys.readouterr().out
