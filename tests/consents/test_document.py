"""The sealed document: what it shows, what it carries, how it is signed."""

import asyncio
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typst
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from consents.canonical import canonical, digest_of
from consents.document import checking_address, sealed_file, unsigned_document
from consents.document.paper import paper_of, spelled_out, template, words_in
from pledge.rules.vocabulary import Signer
from tests.consents.sealed import AT, NAMES, a_record, a_seal, changed, json_of, pdf_of, unsigned_of

SEAL = a_seal()
ENGLISH, SPANISH = a_record(), a_record(language="es", guardian=True)
CHICAGO = ZoneInfo("America/Chicago")


def root_of(pdf: bytes) -> Any:
    return PdfFileReader(io.BytesIO(pdf)).root


def tags_of(pdf: bytes) -> list[tuple[str, str]]:
    """Every structure element of a PDF with what it is called instead of being seen."""

    def below(element: Any) -> list[tuple[str, str]]:
        if not hasattr(element, "get"):
            return []
        kids = element.get("/K", [])
        kids = [kids[place] for place in range(len(kids))] if isinstance(kids, list) else [kids]
        own = [(str(element["/S"]), str(element.get("/Alt", "")))] if "/S" in element else []
        return own + [one for kid in kids for one in below(kid)]

    return below(root_of(pdf)["/StructTreeRoot"])


def annotations_of(page: Any) -> list[Any]:
    found = page.get("/Annots", [])
    return [found[place] for place in range(len(found))]


def shown(record: dict[str, Any], zone: ZoneInfo = CHICAGO) -> dict[str, Any]:
    return paper_of(record, zone)


class TestTheDocument:
    def test_is_the_same_for_the_same_record(self) -> None:
        assert unsigned_of(ENGLISH, SEAL) == unsigned_of(a_record(), SEAL)

    def test_says_title_and_language(self) -> None:
        root = root_of(pdf_of(SPANISH, SEAL))
        assert root["/Lang"] == "es"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert "Consentimiento informado · R-0001234" in root["/Metadata"].data.decode()

    def test_keeps_the_standards_and_says_so(self) -> None:
        said = root_of(pdf_of(ENGLISH, SEAL))["/Metadata"].data.decode()
        for claim in ("pdfuaid:part>1<", "pdfaid:part>3<", "pdfaid:conformance>A<"):
            assert claim in said
        assert "/Version" not in root_of(pdf_of(ENGLISH, SEAL))

    def test_is_tagged(self) -> None:
        tags = [tag for tag, _ in tags_of(pdf_of(SPANISH, SEAL))]
        assert root_of(pdf_of(SPANISH, SEAL))["/MarkInfo"]["/Marked"]
        assert (tags.count("/H1"), tags.count("/H2"), tags.count("/H3")) == (1, 3, 3)
        assert (tags.count("/L"), tags.count("/LI")) == (1, len(SPANISH["text"]["body"]["statements"]))

    def test_says_in_words_what_is_drawn(self) -> None:
        drawn = [said for tag, said in tags_of(pdf_of(ENGLISH, SEAL)) if tag == "/Figure"]
        assert drawn == [
            "Name drawn by hand: Robin Reyes-Muñoz",
            "QR code that leads to the verification page for this record",
        ]

    def test_carries_the_sealed_record_whole(self) -> None:
        names = root_of(pdf_of(SPANISH, SEAL))["/Names"]["/EmbeddedFiles"]["/Names"]
        assert [str(names[0]), len(names)] == ["record.json", 2]
        assert names[1]["/EF"]["/F"].data == json_of(SPANISH, SEAL)

    def test_does_not_take_what_is_signed_for_markup(self) -> None:
        names = {**NAMES, Signer.REGISTRANT: '#panic("x") $x$ *a* <b> \\ @r'}
        assert unsigned_of(a_record(names=names), SEAL).startswith(b"%PDF-1.7")

    @pytest.mark.parametrize("name", ["李明", "علي", "Nguyễn Thị Ánh", "Zoë 🎉", "a\x07b", "\u202eevil", "e\u0301"])
    def test_can_be_made_whatever_the_name(self, name: str) -> None:
        record = a_record(names={**NAMES, Signer.REGISTRANT: name})
        assert pdf_of(record, SEAL).startswith(b"%PDF-1.7")

    @pytest.mark.parametrize("drawn", [[], [[]], [[[5, 5]]], [[[0, 0], [0, 900]]], [[[-3, 7], [100000, 2]]]])
    def test_can_be_made_whatever_was_drawn(self, drawn: Any) -> None:
        assert pdf_of(a_record(drawn=drawn), SEAL).startswith(b"%PDF-1.7")

    def test_cannot_be_made_from_a_broken_template(self) -> None:
        content = canonical(ENGLISH)
        given: dict[str, Any] = {
            "fingerprint": SEAL.fingerprint,
            "zone": CHICAGO,
            "public_address": "https://p.example",
        }
        with pytest.raises(typst.TypstError):
            unsigned_document(content, file=json_of(ENGLISH, SEAL), source=b"#nothing-like-it", **given)


class TestASignatureOnPaper:
    def test_shows_name_meaning_method_and_time_with_its_zone(self) -> None:
        first, last = shown(ENGLISH)["signatures"]
        assert first["name"] == "Robin Reyes-Muñoz"
        assert first["meaning"] == "I have read and understood each statement, and I consent"
        assert first["method"] == "Electronically"
        assert first["signed_at"] == "November 20, 2026, 08:59:07 CST"
        assert first["signed_at_utc"] == "2026-11-20 14:59:07.123456 UTC"
        assert (first["signer"], last["signer"]) == ("Registrant", "Prescriber")

    def test_is_shown_in_the_language_of_the_text(self) -> None:
        registrant, guardian, _ = shown(SPANISH)["signatures"]
        assert guardian["signer"] == "Padre, madre o tutor"
        assert guardian["meaning"].startswith("He leído y entendido")
        assert registrant["signed_at"] == "20 de noviembre de 2026, 08:58:07 CST"

    def test_shows_the_clock_of_the_registrants_zone_in_summer_too(self) -> None:
        summer = a_record(at=AT.replace(month=7))
        assert shown(summer)["completed_at"] == "July 20, 2026, 10:00:07 CDT"

    def test_has_every_signers_initials_beside_each_statement(self) -> None:
        statements = shown(SPANISH)["statements"]
        assert [[one["initials"] for one in statement["initials"]] for statement in statements] == [["R.R.", "GM"]] * 12
        assert statements[0]["initials"][0]["at"] == "20 de noviembre de 2026, 08:57:07 CST"

    def test_that_has_a_meaning_of_its_own_shows_its_own_words(self) -> None:
        other = changed(ENGLISH, "signatures", 0, "meaning", to="something_later")
        assert shown(other)["signatures"][0]["meaning"] == ENGLISH["signatures"][0]["meaning_in_words"]


EVIDENCE = {
    "components": ["code", "pin"],
    "identity_check": "photo_id",
    "disclosures": {"version": "2026", "language": "es", "digest": "0", "accepted_at": "2026-11-20T14:00:00.000000Z"},
    "read": {"language": "es", "digest": "abc", "body": {}},
    "address": "192.0.2.7",
}


class TestTheProofOfASigner:
    def test_is_shown_in_words_and_without_the_address(self) -> None:
        (signature, _) = shown(changed(ENGLISH, "signatures", 0, "evidence", to=EVIDENCE))["signatures"]
        assert [said for _, said in signature["evidence"]] == [
            "a code sent by e-mail, a PIN chosen at the clinic",
            "A photo ID was shown",
            "2026 (es), November 20, 2026, 08:00:00 CST",
            "Spanish (Español), SHA-256 abc",
        ]


class TestACharacterThatTheTypefaceLacks:
    def test_is_spelled_out(self) -> None:
        assert spelled_out({"name": ["李 Li", "e\u0301"]}) == {"name": ["[U+674E] Li", "é"]}

    def test_is_in_no_ordinary_record(self) -> None:
        for record in (ENGLISH, SPANISH, changed(ENGLISH, "signatures", 0, "evidence", to=EVIDENCE)):
            assert spelled_out(shown(record)) == shown(record)


class TestItsWords:
    def test_are_the_same_in_every_language(self) -> None:
        english, spanish = words_in("en"), words_in("es")
        assert {group: set(words) for group, words in english.items() if isinstance(words, dict)} == {
            group: set(words) for group, words in spanish.items() if isinstance(words, dict)
        }
        assert len(english["months"]) == len(spanish["months"]) == 12

    @pytest.mark.parametrize("language", ["fr", "../en", ""])
    def test_are_english_where_there_are_no_others(self, language: str) -> None:
        assert words_in(language) == words_in("en")

    def test_are_all_used(self) -> None:
        source = template().decode()
        assert [name for name in words_in("en")["labels"] if f"words.{name}" not in source and name != "instant"] == []


class TestItsSignature:
    def test_covers_the_whole_file_and_allows_no_change(self) -> None:
        pdf = pdf_of(ENGLISH, SEAL)
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        root = x509.Certificate.load(SEAL.certificate.public_bytes(Encoding.DER))
        status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], moment=AT))
        assert status.bottom_line
        assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        assert status.docmdp_ok
        assert signature.docmdp_level.name == "NO_CHANGES"

    def test_has_the_instant_of_sealing(self) -> None:
        (signature,) = PdfFileReader(io.BytesIO(pdf_of(ENGLISH, SEAL))).embedded_signatures
        assert signature.self_reported_timestamp == AT.replace(microsecond=0)

    def test_is_made_where_an_event_loop_runs_too(self) -> None:
        async def within() -> bytes:
            return pdf_of(ENGLISH, SEAL)

        assert asyncio.run(within()).startswith(b"%PDF-1.7")

    def test_leaves_the_unsigned_document_as_it_was(self) -> None:
        assert pdf_of(ENGLISH, SEAL).startswith(unsigned_of(ENGLISH, SEAL))


class TestTheRecordsFile:
    def test_is_the_same_each_time(self) -> None:
        assert json_of(ENGLISH, SEAL) == json_of(a_record(), SEAL)

    def test_has_the_record_in_its_canonical_bytes(self) -> None:
        content = canonical(ENGLISH)
        assert content in sealed_file(content, SEAL.over(content), SEAL.pem)
        assert digest_of(content) == digest_of(canonical(a_record()))


class TestTheAddressOfItsCheck:
    def test_names_the_record_by_half_of_its_digest(self) -> None:
        digest = digest_of(canonical(ENGLISH))
        assert checking_address(digest, "https://p.example") == f"https://p.example/verify/{digest[:32]}/"

    def test_can_be_clicked(self) -> None:
        digest = digest_of(canonical(ENGLISH))
        links = root_of(pdf_of(ENGLISH, SEAL))["/Pages"]["/Kids"]
        last = links[len(links) - 1]
        addresses = [str(one.get("/A", {}).get("/URI", "")) for one in annotations_of(last)]
        assert f"https://pledge.example/verify/{digest[:32]}/" in addresses
