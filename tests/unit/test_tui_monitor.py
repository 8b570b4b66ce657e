"""The monitor as a whole: what the person does at the terminal, and what the screen then shows."""

from __future__ import annotations

from monitors import followed, monitor


async def test_panes_are_laid_out_for_the_size_that_a_resize_brings() -> None:
    """A finished log brings no further paint, so a window that was made larger must be filled by the resize alone."""
    app = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with app.run_test(size=(50, 40)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(200, 55)
        grown = {pane.id: pane.region for pane in app.panes if pane.display}
    other = monitor(*followed("keras/seven_replicas_overfit.log"))
    async with other.run_test(size=(200, 55)) as pilot:
        await pilot.pause()
        assert grown == {pane.id: pane.region for pane in other.panes if pane.display}
        assert {"chart2", "advice", "messages"} <= grown.keys()
