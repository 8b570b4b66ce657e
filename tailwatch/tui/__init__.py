"""The monitor: panes that show immutable snapshots of the run, over a reader thread that owns it."""
