"""`python -m litmus` is the command `litmus`."""

import sys

from litmus.cli import main

if __name__ == "__main__":
    sys.exit(main())
