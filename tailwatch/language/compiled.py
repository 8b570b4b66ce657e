"""Reading a compiled catalogue (GNU gettext's .mo), sentence by sentence.

The standard library's gettext builds a dictionary of the whole file, which takes longer than all else that `explain` does; the
originals in a .mo are sorted, so that one of two thousand is found with eleven comparisons. The format: GNU gettext manual,
"The Format of GNU MO Files".
"""

from __future__ import annotations

import struct
from typing import Final

_MAGIC: Final = 0x950412DE


class Compiled:
    """The sentences of one .mo file in UTF-8, little-endian as Babel and msgfmt write it."""

    def __init__(self, path: str) -> None:
        """Read the file.

        Raises:
            ValueError: it is no such file.
        """
        with open(path, "rb") as file:  # noqa: PTH123 - start-up
            self._data = file.read()
        self._count: int
        magic, _, self._count, self._originals, self._translations = struct.unpack_from("<5I", self._data)
        if magic != _MAGIC:
            raise ValueError(f"{path} is no little-endian .mo file")

    def __len__(self) -> int:
        return self._count

    def find(self, english: str, many: str = "") -> str | None:
        """Return the translation of a template, None where there is none."""
        if not english:
            return None  # an empty text is the file's heading
        wanted = (f"{english}\0{many}" if many else english).encode()
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._at(self._originals, middle) < wanted:
                low = middle + 1
            else:
                high = middle
        if low == self._count or self._at(self._originals, low) != wanted:
            return None
        return self._at(self._translations, low).partition(b"\0")[0].decode()

    def _at(self, table: int, index: int) -> bytes:
        length, offset = struct.unpack_from("<2I", self._data, table + 8 * index)
        return self._data[offset : offset + length]
