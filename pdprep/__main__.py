"""``python -m pdprep``: the command where its script is not on the path."""

import sys

from pdprep.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
