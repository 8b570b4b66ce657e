"""`python -m tailwatch`."""

from tailwatch.cli import run

if __name__ == "__main__":
    run()
