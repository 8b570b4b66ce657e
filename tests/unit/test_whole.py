"""Reading a whole log once: plain, compressed, damaged, piped, and what is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import resource
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from chaos_writer import numbered, writing_process

from tailwatch.core.errors import LogError, UsageError
from tailwatch.core.events import Data, Notice, Tick
from tailwatch.reading import readings
from tailwatch.sources import unpack
from tailwatch.sources.whole import read_once
from tailwatch.sources.writer import Writer

LINES = numbered(0, 30_000)
PACKED = {"gz": gzip.compress(LINES), "xz": lzma.compress(LINES), "bz2": bz2.compress(LINES)}


def content(events):
    return b"".join(event.data for event in events if isinstance(event, Data))


def kinds(events):
    return [event.kind for event in events if isinstance(event, Notice)]


def test_a_log_without_a_writer_is_as_old_as_its_last_change(tmp_path):
    """Its end is told, and nothing in it is younger than the file."""
    log = tmp_path / "log"
    log.write_bytes(LINES)
    os.utime(log, (1e9, 1e9))
    events = list(read_once(log))
    assert content(events) == LINES
    assert kinds(events) == ["ended"]
    assert {event.at for event in events} == {1e9}
    assert [event.writer_alive for event in events if isinstance(event, Tick)] != [True]


def test_a_log_with_a_writer_is_of_now_and_not_at_its_end(tmp_path):
    """While a process writes it, time goes on; a given time wins."""
    log = tmp_path / "log"
    with writing_process(log) as writer:
        writer.do("write 3")
        os.utime(log, (1e9, 1e9))
        events = list(read_once(log))
        assert kinds(events) == ["read"]
        assert Tick(events[-2].at, writer_alive=True) == events[-2]
        assert events[-2].at == pytest.approx(time.time(), abs=60)
        assert {event.at for event in read_once(log, at=5.0)} == {5.0}


@pytest.mark.parametrize("suffix", PACKED)
def test_compressed_logs_are_read_whatever_their_name(tmp_path, suffix):
    """The first bytes tell, not the name; several that were put behind one another are one log, and padding is none."""
    log = tmp_path / "plain.log"
    log.write_bytes(PACKED[suffix])
    assert content(read_once(log)) == LINES
    log.write_bytes(PACKED[suffix] + bytes(512) + PACKED[suffix])
    assert content(read_once(log)) == LINES + LINES


def test_a_plain_log_may_be_called_gz(tmp_path):
    """A name that promises compression is no reason to refuse text."""
    log = tmp_path / "log.gz"
    log.write_bytes(LINES)
    assert content(read_once(log)) == LINES


@pytest.mark.parametrize("suffix", PACKED)
def test_what_a_damaged_log_still_gives_is_used_and_the_damage_told(tmp_path, suffix):
    """A copy that was interrupted, or bytes that are no log behind it."""
    log = tmp_path / "log"
    log.write_bytes(PACKED[suffix][: len(PACKED[suffix]) * 3 // 4])
    events = list(read_once(log))
    assert LINES.startswith(content(events))
    assert suffix == "bz2" or content(events)
    assert kinds(events) == ["lost", "ended"]
    log.write_bytes(PACKED[suffix] + b"something else")
    events = list(read_once(log))
    assert content(events) == LINES
    assert kinds(events) == ["lost", "ended"]


def test_a_bomb_is_given_up_with_what_it_gave(monkeypatch):
    """Far beyond what a log can be packed, unpacking ends, and no more than a block is held at any time."""
    monkeypatch.setattr(unpack, "FREE", 4 << 20)
    packer = zlib.compressobj(wbits=31)
    bomb = packer.compress(bytes(64 << 20)) + packer.flush()
    sizes: list[int] = []
    with pytest.raises(unpack.DamagedError, match="no log does"):
        sizes.extend(map(len, unpack.unpacked("gzip", [bomb])))
    assert 4 << 20 <= sum(sizes) < 64 << 20
    assert max(sizes) <= unpack.BLOCK


def test_an_honest_log_that_packs_well_is_no_bomb(monkeypatch):
    """Repetitive logs pack to a few percent and are read whole."""
    monkeypatch.setattr(unpack, "FREE", 1 << 20)
    assert b"".join(unpack.unpacked("xz", [PACKED["xz"] * 4])) == LINES * 4


def test_compressed_logs_are_streamed(tmp_path):
    """Unpacking 200 MB takes no memory worth mentioning."""
    log = tmp_path / "log.gz"
    with gzip.open(log, "wb", compresslevel=1) as file:
        for _ in range(200):
            file.write(os.urandom(4096) + bytes(1 << 20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(len(e.data) for e in read_once(log) if isinstance(e, Data)) == 200 * ((1 << 20) + 4096)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10


def test_zstandard_is_read_where_it_can_be(tmp_path, monkeypatch):
    """Without a module for it the error says what to do."""
    log = tmp_path / "log.zst"
    log.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(20))
    monkeypatch.setattr(unpack, "_ZSTD_MODULES", ("no_such_module",))
    with pytest.raises(LogError, match="zstd -d"):
        list(read_once(log))


def test_compressed_logs_may_come_through_a_pipe(tmp_path):
    """`cat log.gz | tailwatch report -` reads as if it had a name."""
    for given in (PACKED["gz"], LINES):
        reader, writer = os.pipe()
        feeder = threading.Thread(target=lambda data=given, fd=writer: os.fdopen(fd, "wb").write(data))
        feeder.start()
        assert content(read_once(f"/dev/fd/{reader}")) == LINES
        feeder.join()
        os.close(reader)


def test_an_export_asks_for_the_writer_only_where_its_answer_depends_on_it(tmp_path, monkeypatch):
    """The last line may still grow while somebody writes it; where it has an end, nobody need be looked for."""
    answers = []
    monkeypatch.setattr(Writer, "alive", lambda writer: answers.pop())
    log = tmp_path / "log"
    lines = "".join(f"step {i}: train loss {2 - i / 9:.4f}\n" for i in range(5))
    log.write_text(lines)
    assert len(list(readings(str(log)))) == 5
    log.write_text(lines[:-1])
    for writes, values in ((True, 4), (False, 5)):
        answers.append(writes)
        assert len(list(readings(str(log)))) == values
        assert not answers


def test_a_hole_is_skipped_and_counted(tmp_path):
    """10 GB of nothing before the text cost nothing, and offsets stay those of the file."""
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.seek(10 << 30)
        file.write(b"text\n")
    events = [e for e in read_once(log) if isinstance(e, Data)]
    assert sum(e.skipped + len(e.data) for e in events) == log.stat().st_size
    assert content(events).lstrip(b"\0") == b"text\n"
    assert len(content(events)) < 2 << 20


def test_what_is_no_log_is_refused_with_a_sentence(tmp_path):
    """Missing: exit code 3. A directory or a device: 2. No traceback, no endless reading."""
    with pytest.raises(LogError, match="no such file") as missing:
        list(read_once(tmp_path / "missing"))
    assert missing.value.exit_code == 3
    for path, what in ((tmp_path, "directory"), ("/dev/zero", "device")):
        with pytest.raises(UsageError, match=what) as wrong:
            list(read_once(path))
        assert wrong.value.exit_code == 2
    assert content(read_once(os.devnull)) == b""


def test_a_terminal_is_no_log():
    """Nobody wants to type one."""
    master, terminal = os.openpty()
    with pytest.raises(UsageError, match="piped"):
        list(read_once(os.ttyname(terminal)))
    os.close(master)
    os.close(terminal)


def test_reading_loads_no_watcher_and_no_unpacker():
    """Start-up pays only for what is used."""
    code = "import sys, tailwatch.sources.whole; print([m for m in ('watchfiles', 'lzma', 'bz2', 'gzip') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-S", "-c", code], text=True, cwd=Path(__file__).parents[2]) == "[]\n"


def test_unpacking_does_not_depend_on_how_the_bytes_come():
    """One byte at a time gives the same as all at once."""
    for packing, data in (
        ("gzip", gzip.compress(b"abc" * 99)),
        ("xz", lzma.compress(b"abc" * 99)),
        ("bzip2", bz2.compress(b"abc" * 99)),
    ):
        stream = io.BytesIO(data + data)
        assert b"".join(unpack.unpacked(packing, iter(lambda s=stream: s.read(1), b""))) == b"abc" * 198
