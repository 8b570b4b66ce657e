#!python
"""Start tailwatch: `python -m tailwatch`, and the command itself, because the one that pip would write loads `re`.

That takes half the time of `tailwatch --version`. The first line is replaced by the interpreter where this is installed.
"""

from tailwatch.cli import run

if __name__ == "__main__":
    run()
