"""Everything has its place, and no file knows the machine it was written on."""

import re

from tests.architecture.source import ROOT, TOP_FOLDERS, files, ignored_folders, name

# A user's or a build machine's folder, or the host of a package index.
MACHINE_BOUND = re.compile(
    r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/[A-Za-z]+)/"
    r"|py"
    r"pi\.org|python"
    r"hosted|npm"
    r"js\.org|deb\."
    r"debian"
)
READABLE = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".in", ".html", ".css", ".js", ".json", ".po", ".svg", ""}


class TestLayout:
    def test_has_no_top_folder_that_nobody_decided(self) -> None:
        folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
        assert folders - ignored_folders() - TOP_FOLDERS == set()

    def test_names_no_machine_and_no_index(self) -> None:
        bound = [
            f"{name(path)}:{number}: {line.strip()[:80]}"
            for path in files()
            if path.suffix in READABLE
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
            if MACHINE_BOUND.search(line)
        ]
        assert bound == []

    def test_tells_of_every_variable_it_reads(self) -> None:
        reading = r"environment\.\w+\(\s*\"([A-Z_]+)\""
        read = set(re.findall(reading, (ROOT / "config" / "settings.py").read_text()))
        told = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
        only_for_compose = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "PORT"}
        assert read == told - only_for_compose
