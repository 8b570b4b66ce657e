"""Finding translations in `.po` files as people write them; nothing is compiled.

A compiled `.mo` would be one more file that is out of date after each change and in conflict after each merge. It isn't needed:
`.ci/translate` writes each sentence on a line of its own, so that one is found by searching all files for that line.
All Chinese (400 KB) is read in a millisecond and searched in some microseconds a sentence, and a sentence is searched for once.
"""

from __future__ import annotations

import os

from tailwatch.core.lazily import lazy

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = lazy(r"\\(.)")
_WRITE = str.maketrans(_ESCAPES)
_READ = {written[1]: plain for plain, written in _ESCAPES.items()}


class Written:
    """The sentences of all `.po` files of a folder."""

    def __init__(self, folder: str) -> None:
        """Read the files."""
        parts = [b""]
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - start-up
            if name.endswith(".po"):
                with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - start-up
                    parts.append(file.read())
        self._data = b"\n".join(parts).replace(b"\r\n", b"\n")
        self._known: dict[tuple[str, str], str | None] = {}

    def find(self, english: str, many: str = "") -> str | None:
        """Return the translation of a template, None where there is none."""
        key = (english, many)
        if key not in self._known:
            self._known[key] = self._search(english, many) if english else None  # an empty text is a file's heading
        return self._known[key]

    def _search(self, english: str, many: str) -> str | None:
        wanted = f'\nmsgid "{english.translate(_WRITE)}"\n'
        wanted += f'msgid_plural "{many.translate(_WRITE)}"\nmsgstr[0] "' if many else 'msgstr "'
        line = wanted.encode()
        at = self._data.find(line)
        if at < 0:
            return None
        start = at + len(line)
        return _plain(self._data[start : self._data.index(b'"\n', start)].decode()) or None


def _plain(text: str) -> str:
    """Return a text without the escapes of the format."""
    return _ESCAPED.sub(lambda escape: _READ.get(escape[1], escape[1]), text) if "\\" in text else text
