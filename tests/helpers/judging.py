"""A log that is read to its end and judged."""

from __future__ import annotations

from tailwatch.core.events import Data, Notice
from tailwatch.session import Session


def judged(text: str) -> Session:
    """Return the session of a log whose source has ended."""
    session = Session()
    session.feed(Data(text.encode(), 0.0))
    session.feed(Notice("ended", 1.0))
    return session
