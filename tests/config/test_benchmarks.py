"""The benchmarks' command line explains itself and says what a size is; nothing is measured here."""

import pytest

from tests.benchmarks.__main__ import SMALL, USUAL, size_named


class TestASize:
    @pytest.mark.parametrize(
        ("said", "meant"), [([], USUAL), (["1000"], SMALL), (["1000000"], 10**6), (["1,000,000"], 10**6)]
    )
    def test_is_a_whole_number_of_registrants(self, said: list[str], meant: int) -> None:
        assert size_named(said) == meant

    @pytest.mark.parametrize("said", ["many", "0", "-5", "1.5", "999", ""])
    def test_that_is_none_is_refused_in_one_sentence(self, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            size_named(["--", said])
        assert left.value.code == 2
        assert f"a size is a whole number of at least 1,000, not {said!r}" in capsys.readouterr().err

    def test_is_explained_to_who_asks(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            size_named(["--help"])
        assert left.value.code == 0
        assert "Measures the service" in capsys.readouterr().out
