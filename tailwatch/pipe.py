"""Python values on a pipe between two processes of ours, each with its length before it."""

from __future__ import annotations

import pickle
import struct

from tailwatch.core.typed import IO, Final

_HEADER: Final = struct.Struct("!Q")


def send(pipe: IO[bytes], value: object) -> None:
    """Write a value; it is on its way when this returns.

    Raises:
        BrokenPipeError: nobody listens any more.
    """
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_HEADER.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> object:
    """Return the next value.

    Raises:
        EOFError: the other process ended before it had written one whole.
    """
    (length,) = _HEADER.unpack(_exactly(pipe, _HEADER.size))
    return pickle.loads(_exactly(pipe, length))  # noqa: S301  # from a process that we started


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
