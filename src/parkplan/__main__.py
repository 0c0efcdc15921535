"""``python -m parkplan`` is the command ``parkplan``."""

from __future__ import annotations

import sys

from parkplan.cli import main

if __name__ == "__main__":
    sys.exit(main())
