"""`python -m local.demo` is `results demo`."""

import sys

from local.cli import main

sys.argv.insert(1, "demo")
main()
