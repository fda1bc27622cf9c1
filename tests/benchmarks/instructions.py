"""Instructions in the application process for one call, counted by callgrind.

One process, started under valgrind with its instrumentation off; each count is the difference between a run of many
calls and a run of few, so that neither start-up nor the counting itself is in it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FEW, MANY = 4, 20
WARM_UP = 4


class NotCounted(RuntimeError):
    """Callgrind gave no count."""


class Counter:
    """The measured process, and the words spoken with it and with callgrind."""

    def __init__(self, spoken: subprocess.Popen, folder: Path) -> None:
        """Take the process and the folder into which callgrind writes."""
        self.spoken = spoken
        self.folder = folder
        self.dumps = 0

    def instructions_of(self, kind: str) -> float:
        """Give the instructions that one call of a kind costs."""
        self.do(f"{kind} {WARM_UP}")
        counts = [self._count(kind, calls) for calls in (FEW, MANY)]
        return (counts[1] - counts[0]) / (MANY - FEW)

    def do(self, line: str) -> None:
        """Have the process do something, and wait until it has."""
        self.spoken.stdin.write(f"{line}\n")
        self.spoken.stdin.flush()
        if self.spoken.stdout.readline().strip() != "done":
            raise NotCounted(f"the measured process stopped at {line!r}")

    def control(self, *words: str) -> None:
        """Tell callgrind something."""
        subprocess.run(["callgrind_control", *words, str(self.spoken.pid)], check=True, capture_output=True)

    def _count(self, kind: str, calls: int) -> int:
        self.do(" 0")
        self.control("-z")
        self.do(f"{kind} {calls}")
        self.control("-d")
        self.dumps += 1
        return _total(self.folder / f"calls.{self.dumps}")


@contextmanager
def counting() -> Iterator[Counter]:
    """Start the measured process; the environment says which settings and which database."""
    with tempfile.TemporaryDirectory(prefix="pledge-callgrind-") as folder:
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/calls"]
        spoken = subprocess.Popen(
            [*command, sys.executable, "-m", "tests.benchmarks.driver"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
        counter = Counter(spoken, Path(folder))
        try:
            counter.do(" 0")
            counter.control("-i", "on")
            yield counter
        finally:
            spoken.stdin.close()
            spoken.wait(60)


def _total(dump: Path) -> int:
    for line in dump.read_text().splitlines():
        if line.startswith(("summary:", "totals:")):
            return int(line.split()[1])
    raise NotCounted(f"callgrind wrote no total into {dump.name}")
