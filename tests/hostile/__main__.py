"""`python -m tests.hostile FOLDER [SEED]`: write the hostile files, to look at or to try elsewhere.

They do no harm where they lie; virus scanners will take some of them away.
"""

import sys
from pathlib import Path

from tests.hostile import folder

if __name__ == "__main__":
    made = folder.write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(f"{len(made)} files")
