"""The pure core: types, lines, shapes, series, the run and its findings. No I/O, no clock, no thread."""
