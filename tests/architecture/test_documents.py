"""The documents lead where they say they lead, and every decision is found in its list."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, files, name

LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
DECISIONS = ROOT / "docs" / "decisions"


def documents() -> list[Path]:
    return [path for path in files() if path.suffix == ".md"]


class TestDocuments:
    @pytest.mark.parametrize("path", documents(), ids=name)
    def test_link_to_what_is_there(self, path: Path) -> None:
        assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()] == []


class TestDecisions:
    def test_are_listed_each_once_and_in_order(self) -> None:
        listed = LINK.findall((DECISIONS / "README.md").read_text())
        assert listed == sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))

    def test_have_each_a_number_of_their_own(self) -> None:
        numbers = [path.name[:4] for path in DECISIONS.glob("[0-9]*.md")]
        assert len(numbers) == len(set(numbers))


class TestReadings:
    def test_stand_in_one_place(self) -> None:
        def readings(path: Path) -> int:
            return len(re.findall(r"^- ", path.read_text(), flags=re.MULTILINE))

        assert readings(DECISIONS / "0013-readings-of-the-rules.md") == 0
        assert readings(ROOT / "docs" / "readings.md") > 0
