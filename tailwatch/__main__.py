"""`python -m tailwatch`."""

import sys

from tailwatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
