"""Where logs come from: files, pipes, recordings."""
