"""tailwatch reads the log a training run is already writing and says what matters."""

__version__ = "0.1.0"
