"""Pages that lie over the monitor."""
