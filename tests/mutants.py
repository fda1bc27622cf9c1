"""Says how many of the broken rules a test noticed, and fails below the bar."""

import json
import sys
from pathlib import Path

LEAST_NOTICED = 0.90


def main(counts_file: Path) -> int:
    """Give mutmut's counts, take an exit status: 0 when enough was noticed."""
    counts = json.loads(counts_file.read_text())
    noticed = counts["killed"] + counts.get("timeout", 0) + counts.get("segfault", 0)
    made = counts["total"] - counts.get("skipped", 0)
    if not made:
        print("mutants: none were made; is pledge/rules where pyproject.toml says?")
        return 1
    share = noticed / made
    print(f"mutants: {noticed} of {made} broken rules were noticed ({share:.1%}; the bar is {LEAST_NOTICED:.0%})")
    print("mutants: .venv/bin/mutmut results names the others, .venv/bin/mutmut show NAME shows one")
    return 0 if share >= LEAST_NOTICED else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
