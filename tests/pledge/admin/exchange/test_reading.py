"""A file of registrants: what it is, how much it may be, and what is wrong in which column (R53, F35)."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date

import pytest

from pledge.admin.exchange.reading import COLUMNS, Unreadable, rows_of, text_of
from pledge.admin.exchange.rows import Row, judged
from pledge.rules.vocabulary import RiskCategory

HEADER = "name,born_on\n"


def read(content: str | bytes) -> list[Row]:
    return judged(rows_of(text_of(content.encode() if isinstance(content, str) else content)))


def reasons(content: str | bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(content)
    return " ".join(caught.value.reasons)


def a_zip(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../registrants.csv", b"0" * size)
    return packed.getvalue()


class TestAFile:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_is_read_with_any_usual_delimiter_mark_and_line_end(self, delimiter, mark, newline):
        lines = [delimiter.join(cells) for cells in (("Born on", "NAME"), ("4/2/1998", '"Reyes; Robin, Jr."'))]
        (row,) = read(mark + newline.join([*lines, "", delimiter, ""]))
        assert row.line == 2
        assert row.person is not None
        assert (row.person.name, row.person.born_on) == ("Reyes; Robin, Jr.", date(1998, 4, 2))

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf \n", "empty"),
            (b"name,born_on\nA\x00,1998-04-02\n", "not a text file"),
            (a_zip(50_000_000), "spreadsheet or ZIP"),
            (gzip.compress(b"0" * 50_000_000), "compressed"),
            (b"%PDF-1.7 name,born_on\n", "PDF"),
            ("name,born_on\n".encode("utf-16"), "UTF-16"),
            (b"name,born_on\nAn\xe9,1998-04-02\n", "Line 2 is not UTF-8"),
            ("name,born_on\n\ud800,1998-04-02\n".encode("utf-8", "surrogatepass"), "Line 2 is not UTF-8"),
            (b'name,born_on\n"Robin,1998-04-02\n', "quotation mark is not closed"),
            (HEADER.encode() + b"x" * 200_000, "far too long"),
            (b"n,b\n", "no column “name”. The first line has no column “born_on”."),
            (b"name,born_on,name,phone\n", "column “phone” that is not one of ours"),
            (b"\xd0\xcf\x11\xe0 old", "older spreadsheet"),
            (b"x" * 600_000, "at most 512 KB and 1,000 rows"),
        ],
    )
    def test_that_is_something_else_is_told_so_and_what_to_do(self, content, said):
        assert said in reasons(content)

    def test_names_every_column_it_might_hold_where_one_is_wrong(self):
        assert ", ".join(COLUMNS) in reasons("name,born\n")

    def test_has_so_many_rows_and_no_more(self, settings):
        settings.IMPORT_ROWS_MOST = 2
        rows = [f"Robin {n},1998-04-02\n" for n in range(3)]
        assert len(read(HEADER + "".join(rows[:2]))) == 2
        assert "2 rows" in reasons(HEADER + "".join(rows))


class TestARow:
    def test_is_filled_in_as_the_form_for_enrolling_offers_it(self):
        (row,) = read(HEADER + "  Robin   Reyes ,1998-04-02\n")
        assert row.person is not None
        assert row.person.name == "Robin Reyes"
        assert row.person.category == RiskCategory.CAN_BECOME_PREGNANT
        assert (row.person.contact["language"], row.person.contact["time_zone"]) == ("en", "America/New_York")

    def test_takes_words_as_they_are_stored_or_shown(self):
        rows = read(
            "name,born_on,category,basis\n"
            "A,1998-04-02,Cannot become pregnant,HYSTERECTOMY\n"
            "B,1998-04-02,cannot_become_pregnant,Cisgender male\n"
        )
        assert [row.person.basis for row in rows if row.person] == ["hysterectomy", "cisgender_male"]

    def test_names_everything_that_is_wrong_by_its_column_at_once(self):
        (row,) = read(",".join(COLUMNS) + "\n,13/13/1998,maybe,tubal,no-address,,none,xx,Mars\n")
        assert {problem.column for problem in row.problems} == set(COLUMNS) - {"guardian_name"}
        assert row.person is None

    @pytest.mark.parametrize(
        "name", ["Robin\nBcc: a@b.example", "Robin\x0b", "Robin\u2028Reyes", "x" * 201, "x" * 1001, " "]
    )
    def test_bears_a_name_that_can_be_one(self, name):
        (row,) = read(f'{HEADER}"{name}",1998-04-02\n')
        assert row.problems

    def test_has_no_more_cells_than_columns(self):
        (row,) = read(HEADER + "Reyes, Robin,1998-04-02\n")
        assert "3 cells under 2 columns" in row.problems[0].sentence

    def test_stands_in_a_file_once_whatever_the_case_of_the_name(self):
        rows = read(HEADER + "Robin Reyes,1998-04-02\nROBIN  reyes,4/2/1998\nRobin Reyes,1998-04-03\n")
        assert [[problem.sentence for problem in row.problems] for row in rows] == [
            [],
            ["The same person stands in line 2."],
            [],
        ]

    def test_keeps_the_number_of_its_line_whatever_stands_above(self):
        rows = read(HEADER + '\n"A\nB",1998-04-02\nRobin,1998-04-02\n')
        assert [row.line for row in rows] == [3, 5]
