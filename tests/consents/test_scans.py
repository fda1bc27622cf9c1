"""What a scan is, by its content: three kinds pass, and what is broken, too much or more than it seems does not."""

import io
import struct
import zipfile
import zlib

import pytest
from django.conf import settings
from PIL import Image

from consents.scans import kind_of
from consents.vocabulary import ScanKind
from pledge.rules.refusals import Rejected


def picture(kind, size=(60, 80), mode="RGB", **options):
    kept = io.BytesIO()
    Image.new(mode, size, 1).save(kept, kind, **options)
    return kept.getvalue()


def a_pdf(*, extra=b"", page=b"", objects=(), catalog=b""):
    """Write a PDF of one page by hand, as plainly as a scanner would."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R " + page + b" >>",
        stream(b"BT ET"),
        *objects,
    ]
    content, places = b"%PDF-1.5\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(parts) + 1, len(content)
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, table)
    return content + head + b"<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, start)


def stream(content, keys=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), keys, content)


def packed(content):
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode")


def a_zip():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("note.txt", "hello")
    return kept.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def a_png_that_says(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def told(content):
    with pytest.raises(Rejected) as caught:
        kind_of(content)
    assert caught.value.field == "scan"
    return caught.value.message


PNG, JPEG = picture("PNG"), picture("JPEG")


class TestAScan:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (PNG, ScanKind.PNG),
            (JPEG, ScanKind.JPEG),
            (picture("JPEG", progressive=True), ScanKind.JPEG),
            (picture("PNG", mode="1"), ScanKind.PNG),
            (picture("PNG", (2480, 3508), mode="L"), ScanKind.PNG),
            (a_pdf(), ScanKind.PDF),
            (a_pdf(objects=[packed(b"x" * 100_000)]), ScanKind.PDF),
            (a_pdf() + b"\r\n", ScanKind.PDF),
        ],
    )
    def test_is_what_its_content_says(self, content, kind):
        assert kind_of(content) is kind

    def test_that_a_library_wrote_is_taken(self):
        kept = io.BytesIO()
        Image.new("RGB", (600, 800), "white").save(kept, "PDF")
        assert kind_of(kept.getvalue()) is ScanKind.PDF

    @pytest.mark.parametrize(
        "content",
        [
            *(b"", b"a note", b"GIF89a" + b"x" * 90, b"MZ\x90", b"%!PS-Adobe-3.0", b"\n%PDF-1.4\n%%EOF"),
            *(picture("GIF"), picture("TIFF"), picture("BMP"), a_zip(), b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ],
    )
    def test_of_no_known_kind_is_rejected(self, content):
        assert told(content)

    def test_larger_than_the_limit_is_rejected(self, settings):
        settings.SCAN_BYTES_MOST = len(PNG)
        assert kind_of(PNG) is ScanKind.PNG
        settings.SCAN_BYTES_MOST = len(PNG) - 1
        assert "larger" in told(PNG)

    def test_is_at_most_ten_mebibytes_as_things_stand(self):
        assert settings.SCAN_BYTES_MOST == 10 * 2**20


class TestABrokenScan:
    @pytest.mark.parametrize("whole", [PNG, JPEG, a_pdf()], ids=["png", "jpeg", "pdf"])
    def test_cut_off_anywhere_is_rejected(self, whole):
        for kept in range(0, len(whole) - 1, max(1, len(whole) // 60)):
            assert told(whole[:kept])

    @pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-1.7\n"])
    def test_with_the_right_head_and_nonsense_behind_is_rejected(self, head):
        assert told(head + b"\xff\xd9")
        assert told(head + bytes(range(256)) * 40)
        assert told(head + b"\0" * 4000)
        assert told(head + b"nonsense %%EOF")

    def test_whose_check_sum_is_wrong_is_rejected(self):
        place = PNG.index(b"IDAT") + 6
        assert told(PNG[:place] + bytes([PNG[place] ^ 1]) + PNG[place + 1 :])

    def test_without_pages_is_rejected(self):
        assert told(a_pdf().replace(b"/Count 1", b"/Count 0"))
        assert told(a_pdf().replace(b"/Root 1 0 R", b"/Root 9 0 R"))

    def test_whose_numbers_are_none_is_rejected(self):
        assert told(a_pdf().replace(b"0 0 612 792", b"0 0 6.1.2 7"))

    def test_that_refers_to_itself_for_ever_is_read_to_an_end(self):
        assert kind_of(a_pdf(page=b"/Annots 5 0 R", objects=[b"[5 0 R 5 0 R]"])) is ScanKind.PDF


class TestABomb:
    def test_of_a_picture_is_rejected_before_it_is_unpacked(self):
        assert "too many dots" in told(a_png_that_says(60_000, 60_000))

    def test_of_a_picture_that_lies_about_its_size_is_rejected(self):
        assert told(a_png_that_says(9_000, 9_000))

    def test_of_a_picture_that_cannot_be_is_rejected(self):
        assert told(a_png_that_says(0, 10))
        assert told(a_png_that_says(2**31 - 1, 2**31 - 1))

    def test_in_a_pdf_is_rejected(self):
        assert "unpacks" in told(a_pdf(objects=[packed(b"\0" * 300 * 2**20)]))

    def test_in_parts_is_rejected_too(self):
        part = packed(b"\0" * 60 * 2**20)
        assert "unpacks" in told(a_pdf(objects=[part] * 6))

    def test_of_streams_that_overlap_is_rejected_in_no_time(self):
        begins = b"stream\n\x78\x01"
        block = b"\x00" + struct.pack("<HH", len(begins), len(begins) ^ 0xFFFF) + begins
        assert "unpacks" in told(a_pdf(objects=[stream(b"\x78\x01" + block * 19_000)]))
        assert "unpacks" in told(a_pdf(objects=[stream(b"stream\n" * 300_000)]))

    def test_packed_twice_is_rejected(self):
        twice = zlib.compress(zlib.compress(b"\0" * 10**6))
        assert told(a_pdf(objects=[stream(twice, b"/Filter [/FlateDecode /FlateDecode]")]))

    def test_in_a_comment_of_a_picture_is_rejected(self):
        text = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"\0" * 80 * 2**20, 9))
        place = PNG.index(b"IDAT") - 4
        assert told(PNG[:place] + text + PNG[place:])


class TestAPolyglot:
    @pytest.mark.parametrize("tail", [a_zip(), b"<script>alert(1)</script>", a_pdf(), b"x", JPEG])
    @pytest.mark.parametrize("whole", [PNG, JPEG], ids=["png", "jpeg"])
    def test_behind_a_picture_is_rejected(self, whole, tail):
        assert told(whole + tail)

    @pytest.mark.parametrize("tail", [a_zip(), b"<script>alert(1)</script>", PNG])
    def test_behind_a_pdf_is_rejected(self, tail):
        assert told(a_pdf() + tail)

    def test_of_zip_and_pdf_is_rejected_even_where_the_pdf_ends_last(self):
        assert told(a_pdf() + a_zip() + b"\n%%EOF\n")

    @pytest.mark.parametrize("hidden", [b"%PDF-1.4", b"<HTML>", b"<script>", b"<?php"])
    def test_in_the_head_of_a_picture_is_rejected(self, hidden):
        assert told(picture("JPEG", comment=hidden))

    def test_of_many_pictures_is_rejected(self):
        kept = io.BytesIO()
        frames = [Image.new("RGB", (9, 9), color) for color in ("white", "black")]
        frames[0].save(kept, "PNG", save_all=True, append_images=frames[1:])
        assert told(kept.getvalue())


class TestAPdfThatDoesSomething:
    @pytest.mark.parametrize(
        "catalog",
        [
            b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
            b"/OpenAction 5 0 R",
            b"/AA << /O 5 0 R >>",
            b"/Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >>",
            b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>",
            b"/AcroForm << /XFA 5 0 R >>",
            b"/#4aavaScript 5 0 R",
        ],
    )
    def test_is_rejected(self, catalog):
        assert "more than" in told(a_pdf(catalog=catalog, objects=[b"<< /S /Launch /F (calc) >>"]))

    def test_on_a_page_is_rejected(self):
        annotation = b"/Annots [<< /Type /Annot /Subtype /Link /A << /S /Launch /F (x) >> >>]"
        assert "more than" in told(a_pdf(page=annotation))

    def test_after_a_password_is_rejected(self):
        locked = a_pdf(extra=b"/Encrypt 5 0 R /ID [(a) (b)]", objects=[b"<< /Filter /Standard /V 1 /R 2 >>"])
        assert told(locked)
