"""What each pane shows, as pure functions from a snapshot to rows."""
