"""The files that a name has come to mean, in the order in which they are read.

The first one is being read; those behind it have replaced it. Usually there is one. A look (`look_at_name`, then `read`) does
what is to be done now and never waits.
"""

from __future__ import annotations

import os
import time

from tailwatch.core.errors import reason, words
from tailwatch.core.text import Text, phrase
from tailwatch.core.typed import TYPE_CHECKING, Final
from tailwatch.sources.handover import Hold, Siblings
from tailwatch.sources.identity import Position, identify
from tailwatch.sources.openlog import OpenLog, RewrittenError
from tailwatch.sources.paths import shown

if TYPE_CHECKING:
    from tailwatch.sources.herald import Herald

_ABSENT_S: Final = 0.5
"""A name that is missing for less than this is being rotated."""

_ANOTHER: Final = phrase("{log} is another file now; it is read from its beginning")
_CHANGED: Final = phrase("{log} changed since it was last read; it is read from its beginning")
_COPIED: Final = phrase("{log}: it was copied and truncated; it is read from its beginning")
_BEHIND: Final = 1 << 20
_TELL_BEHIND_S: Final = 1.0


class Lineup:
    """Reads whatever a name means.

    Args:
        name: the absolute path.
        start: how far the log was read before: a position, or the number of bytes that were read elsewhere.
        hold: seconds for which a replaced file may still get late lines.
        herald: told of everything that happens.
    """

    def __init__(self, name: bytes, start: Position | int, hold: float, herald: Herald) -> None:
        self._name = name
        self._shown = shown(name)
        self._real = os.path.realpath(name)
        self._left: Position | int = start
        self._logs: list[OpenLog] = []
        self._hold = Hold(hold)
        self._siblings = Siblings(name)
        self._herald = herald
        self._absent_since: float | None = None
        self._told_behind = 0.0
        self._writer_alive: bool | None = None
        self.has_more = False
        """Whether the next look has something to do at once."""
        self.has_failed = False
        """Whether the last look ended in an error of the file system."""
        self.has_ended = False
        """Whether nothing can ever come: a pipe without a name was closed."""

    @property
    def front(self) -> OpenLog | None:
        """The file that is being read, if there is one."""
        return self._logs[0] if self._logs else None

    @property
    def position(self) -> Position:
        """How far the present file was handed over."""
        if self._logs:
            return self._logs[0].position
        return self._left if isinstance(self._left, Position) else Position(self._left)

    def begin_at(self, start: Position | int) -> None:
        """Go on there when the file is opened."""
        self._left = start

    def writer_alive(self) -> bool | None:
        """Return whether a process writes the log: the present file, or one that replaces it."""
        if self._logs:
            answers = [log.writer.alive() for log in self._logs]
            unknown = None if None in answers else False
            self._writer_alive = True if True in answers else unknown
        return self._writer_alive

    def close(self) -> None:
        """Close all files; the position stays known."""
        self._left = self.position
        while self._logs:
            self._logs.pop().close()

    # --- the name ---------------------------------------------------------------------------------------------------------

    def look_at_name(self) -> None:
        """See what the name means now."""
        self.has_more = False
        try:
            info = os.stat(self._name)
            if self._logs and identify(info) == self._logs[-1].id:
                self._absent_since = None
                self._herald.is_back(self._shown)
            else:
                self._take(OpenLog.open(self._name))
        except PermissionError as error:
            self._herald.say("denied", self._of_log(reason(error)))
        except OSError as error:
            self._is_absent(reason(error, phrase("it cannot be opened")))

    def _is_absent(self, why: Text) -> None:
        now = time.monotonic()
        self._absent_since = now if self._absent_since is None else self._absent_since
        if not self._logs:
            self._herald.say("waiting", self._of_log(why))
        elif now - self._absent_since >= _ABSENT_S:
            values = {"log": self._shown, "why": why}
            self._herald.say("waiting", Text("{log}: {why}; what is still written into the old file is read", values))
            self._let_go_of_deleted()

    def _of_log(self, why: Text) -> Text:
        return Text("{log}: {why}", {"log": self._shown, "why": why})

    def _let_go_of_deleted(self) -> None:
        """Do not keep the disk space of a deleted file that nobody writes any more."""
        front = self._logs[0]
        read = front.position.offset == front.info().st_size
        if len(self._logs) == 1 and read and front.info().st_nlink == 0 and front.writer.alive() is False:
            self.close()
            self._writer_alive = False

    def _take(self, log: OpenLog) -> None:
        """Line up a newly opened file: as the log itself, or as the successor of the one that is read."""
        self._absent_since = None
        if self._logs and log.id == self._logs[-1].id:
            log.close()  # the name came back between the look and the opening
        elif self._logs:
            self._logs += [*self._siblings.missed(self._logs[-1], log), log]
        else:
            self._logs.append(log)
            self._begin_first(log)

    def _begin_first(self, log: OpenLog) -> None:
        self._real = os.path.realpath(self._name)
        self._siblings.note()
        before = self._position_in(log)
        if before is not None:
            log.position = before
            self._herald.begin("opened", self._shown)
        elif self._herald.has_begun:
            self._herald.begin("rotated", Text(_ANOTHER, {"log": self._shown}))
        else:
            self._herald.begin("truncated", Text(_CHANGED, {"log": self._shown}))

    def _position_in(self, log: OpenLog) -> Position | None:
        """Return where to go on in the file, or None if it is not the one that was read before."""
        left = self._left
        if isinstance(left, Position):
            return left if left.goes_on_in(log.descriptor) else None
        try:
            return Position.at(log.descriptor, left) if left else Position()
        except ValueError:
            return None

    # --- the open file ----------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read one block of the first file, and leave it if its time is over."""
        if not self._logs:
            return
        front = self._logs[0]
        may_leave = self._hold.is_over(self._logs, self._real)  # asked before the last read: a line may come in between
        try:
            block = front.read()
        except RewrittenError as change:
            self._begin_again(front, words(change))
            return
        except OSError as error:
            self._lose(reason(error, phrase("it cannot be read")))
            return
        self.has_failed = False
        if block.data or block.skipped:
            self._hold.grew()
            front.writer.note_growth()
            self._herald.data(block.data, block.skipped, None if front.is_stream else front.info().st_mtime)
        self.has_more = block.more
        if block.more:
            self._tell_if_behind(front)
            return
        self._herald.all_read()
        if block.ended and self._real.startswith(b"/proc/"):
            self.has_ended = True
            self._herald.tell("ended", Text("{log} was closed", {"log": self._shown}))
        if len(self._logs) > 1 and (may_leave or front.position.goes_on_in(self._logs[1].descriptor)):
            self._leave(front)

    def _begin_again(self, front: OpenLog, what: Text) -> None:
        """The content is another one: read what was not read yet from a copy of the old one, if there is one, then anew."""
        self.has_more = True
        copy = self._siblings.copy_with_the_rest(front.position)
        self._siblings.note()
        front.restart()
        if copy is not None:
            self._logs.insert(0, copy)
        else:
            self._herald.begin(
                "truncated", Text("{log}: {what}; it is read from its beginning", {"log": self._shown, "what": what})
            )

    def _leave(self, front: OpenLog) -> None:
        """Go on with the next file: as a copy of this one with more in it, or from its beginning."""
        self._logs.remove(front)
        successor = self._logs[0]
        self._hold.release()
        self._real = os.path.realpath(self._name)
        self.has_more = True
        if front.is_copy:
            self._herald.begin("truncated", Text(_COPIED, {"log": self._shown}))
        elif front.position.goes_on_in(successor.descriptor):
            successor.position = front.position
        else:
            self._herald.begin("rotated", Text(_ANOTHER, {"log": self._shown}))
        front.close()

    def _lose(self, why: Text) -> None:
        """The file system failed (a stale handle, a broken disk): open the file again in a while, and go on where it was."""
        self._herald.say("lost", Text("{log}: {why}; trying again", {"log": self._shown, "why": why}))
        self.close()
        self.has_failed = True
        self._writer_alive = None

    def _tell_if_behind(self, front: OpenLog) -> None:
        now = time.monotonic()
        behind = front.info().st_size - front.position.offset
        if not self._herald.is_history and behind >= _BEHIND and now - self._told_behind >= _TELL_BEHIND_S:
            self._told_behind = now
            self._herald.behind(Text("{n:.0f} MB", {"n": behind / (1 << 20)}))
