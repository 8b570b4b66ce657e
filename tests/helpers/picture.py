"""The README's picture of the monitor: `python tests/helpers/picture.py` draws it anew."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

from monitors import followed, monitor

PICTURE = Path(__file__).parents[2] / "docs" / "monitor.svg"


async def drawn() -> str:
    """Return the monitor on the run of seven replicas as an SVG picture."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"), title="nohup.out")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        return app.export_screenshot(title="tailwatch nohup.out")


def words(picture: str) -> str:
    """Return what stands in a picture, without colours and places."""
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture)))


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(drawn()), encoding="utf-8")
