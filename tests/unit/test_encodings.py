"""Logs that are no UTF-8."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tailwatch.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = "第{n}轮 | 训练损失: 0.{n} | 验证损失: 0.{n}5\n"


def exported(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[tuple[object, ...]]:
    assert main(["export", "--format", "jsonl", *more, str(path)]) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    return [(r["series"], r["epoch"], r["value"], r["line"], r["offset"]) for r in rows]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_chinese_in_gbk_is_read_among_lines_in_utf8(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line by itself: names are right, and offsets are those of the file."""
    log = tmp_path / "run.log"
    first, second = CHINESE.format(n=1).encode(encoding), CHINESE.format(n=2).encode()
    log.write_bytes(first + second)
    rows = exported(log, capsys)
    assert [r[0] for r in rows] == ["训练损失", "验证损失"] * 2
    assert [r[2:] for r in rows if r[0] == "训练损失"] == [(0.1, 1, 0), (0.2, 2, len(first))]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_full_width_digits_are_digits(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Offsets are those of the file all the same, and names keep their full-width signs."""
    log = tmp_path / "run.log"
    first, second = (CHINESE.format(n=n).translate({48 + d: 0xFF10 + d for d in range(10)}).encode(encoding) for n in (1, 2))
    log.write_bytes(first + second)
    rows = exported(log, capsys)
    assert [r[1:] for r in rows if r[0] == "训练损失"] == [(1, 0.1, 1, 0), (2, 0.2, 2, len(first))]


def test_an_encoding_can_be_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """UTF-16 without its mark is read when it is named, and not otherwise."""
    log = tmp_path / "run.log"
    log.write_bytes("".join(CHINESE.format(n=n) for n in (1, 2)).encode("utf-16-le"))
    assert [r[0] for r in exported(log, capsys, "--encoding", "utf-16-le")] == ["训练损失", "验证损失"] * 2


def test_accents_in_latin_1_are_not_taken_for_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The values are read all the same."""
    log = tmp_path / "run.log"
    log.write_bytes("".join(f"époque: epoch {n} loss 0.{n} à côté\n" for n in (1, 2)).encode("latin-1"))
    rows = exported(log, capsys)
    assert [r[2] for r in rows] == [0.1, 0.2]
    assert not any("一" <= c <= "鿿" for r in rows for c in str(r[0]))


def test_a_name_of_no_encoding_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to write instead."""
    log = tmp_path / "run.log"
    log.write_text("epoch 1 loss 0.5\n")
    assert main(["report", "--encoding", "klingon", str(log)]) == 2
    assert "--encoding must be" in capsys.readouterr().err
