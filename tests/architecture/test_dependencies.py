"""What we stand on is pinned, said why, and fetched from wherever the reader fetches things."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name

REQUIREMENTS = ROOT / "requirements"
ASKED, PINNED = sorted(REQUIREMENTS.glob("*.in")), sorted(REQUIREMENTS.glob("*.txt"))


class TestDependencies:
    @pytest.mark.parametrize("path", ASKED, ids=name)
    def test_say_why_they_are_here(self, path: Path) -> None:
        lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        assert [line for line in lines if not re.search(r"\S\s+# \S.{8,}", line)] == []

    @pytest.mark.parametrize("path", PINNED, ids=name)
    def test_are_pinned_with_hashes(self, path: Path) -> None:
        text = re.sub(r"\\\n\s*", " ", path.read_text())
        pins = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        assert [pin.split()[0] for pin in pins if not re.match(r"[a-z0-9-]+(\[.*\])?==\S+ .*--hash=sha256:", pin)] == []

    @pytest.mark.parametrize("path", ASKED + PINNED, ids=name)
    def test_carry_no_address(self, path: Path) -> None:
        assert [line for line in path.read_text().splitlines() if "://" in line or "index-url" in line] == []
