"""A sealed file that was touched does not hold, and the check says which part of it was."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from consents.canonical import binding_of, canonical
from consents.document import sealed_file
from consents.verification import Findings, Trouble, pdf, trusted_from, verify
from consents.verification.wording import SENTENCES
from tests.consents.sealed import a_body, a_record, a_seal, changed, json_of, pdf_of, unsigned_of

Record = dict[str, Any]

SEAL, OTHER_SEAL = a_seal(), a_seal()
TRUSTED = trusted_from([SEAL.pem])
RECORD = a_record(guardian=True)
JSON, PDF = json_of(RECORD, SEAL), pdf_of(RECORD, SEAL)
REGISTRANT, GUARDIAN, PRESCRIBER = 0, 1, 2


def troubles(findings: Findings) -> set[Trouble]:
    return {one.trouble for one in findings.troubles}


def in_place_of(record: Record, place: int, signature: Any) -> Record:
    return changed(record, "signatures", place, to=signature)


def with_version(version: str) -> Record:
    return changed(RECORD, "text", "version", to=version)


def with_other_text(language: str = "en", version: str = "2026") -> Record:
    """The text that another record has, whole and with its own digest, under the signatures of this one."""
    return changed(RECORD, "text", to=a_record(language=language, version=version)["text"])


def without(place: int) -> Record:
    return changed(RECORD, "signatures", to=[one for n, one in enumerate(RECORD["signatures"]) if n != place])


def touched(place: int, name: str, to: Any) -> Record:
    return changed(RECORD, "signatures", place, name, to=to)


def bound_again(record: Record) -> Record:
    """The same with every binding made to fit, as only someone who knows how could."""
    record, text = deepcopy(record), record["text"]
    named = {name: text[name] for name in ("form", "version", "language")}
    place = {"registrant": record["registrant"], "course": record["course"], "text": text["digest"], **named}
    for signature in record["signatures"]:
        signature["binding"] = binding_of(signature, **place)
    return record


def touched_by(signer: str) -> dict[str, Any]:
    """The registrant's signature, said to be someone else's."""
    return {**RECORD["signatures"][REGISTRANT], "signer": signer}


SEAL_OF_NOTHING = {"algorithm": "ES256", "certificate": SEAL.pem, "signature": ""}
FROM_ANOTHER = a_record(guardian=True, registrant="R-0009999")["signatures"][GUARDIAN]
UNDER_ANOTHER_VERSION = a_record(guardian=True, version="2021")["signatures"][GUARDIAN]
INITIALS = RECORD["signatures"][REGISTRANT]["initials"]

# What was done to the record, and what is said of it, beside that the seal does not fit.
TAMPERED: dict[str, tuple[Record, set[Trouble]]] = {
    "a signature moved from another registrant": (
        in_place_of(RECORD, GUARDIAN, FROM_ANOTHER),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "a signature moved from another version": (
        in_place_of(RECORD, GUARDIAN, UNDER_ANOTHER_VERSION),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "every signature moved from another record": (
        changed(RECORD, "signatures", to=a_record(guardian=True, registrant="R-0009999")["signatures"]),
        {Trouble.VERSION_NOT_SIGNED},
    ),
    "the record given to another registrant": (changed(RECORD, "registrant", to="R-1"), {Trouble.VERSION_NOT_SIGNED}),
    "the record given to another course": (changed(RECORD, "course", to=2), {Trouble.VERSION_NOT_SIGNED}),
    "another version named": (with_version("2021"), {Trouble.TEXT_CHANGED, Trouble.VERSION_NOT_SIGNED}),
    "another version's text put in": (with_other_text(version="2021"), {Trouble.VERSION_NOT_SIGNED}),
    "another language named": (
        changed(RECORD, "text", "language", to="es"),
        {Trouble.TEXT_CHANGED, Trouble.VERSION_NOT_SIGNED},
    ),
    "another language's text put in": (with_other_text("es"), {Trouble.VERSION_NOT_SIGNED}),
    "another form named": (
        changed(RECORD, "text", "form", to="birth_defects_consent"),
        {Trouble.TEXT_CHANGED, Trouble.VERSION_NOT_SIGNED},
    ),
    "a word of a statement changed": (
        changed(RECORD, "text", "body", "statements", 3, to="I understand nothing."),
        {Trouble.TEXT_CHANGED},
    ),
    "a statement left out": (
        changed(RECORD, "text", "body", "statements", to=a_body()["statements"][:-1]),
        {Trouble.TEXT_CHANGED, Trouble.INITIALS_MISSING},
    ),
    "the text's digest changed": (
        changed(RECORD, "text", "digest", to="0" * 64),
        {Trouble.TEXT_CHANGED, Trouble.VERSION_NOT_SIGNED},
    ),
    "a name changed": (touched(REGISTRANT, "name", "Someone Else"), {Trouble.SIGNATURE_NOT_OF_THIS_TEXT}),
    "a meaning changed": (
        touched(REGISTRANT, "meaning", "countersignature"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT, Trouble.WRONG_MEANING},
    ),
    "the words of a meaning changed": (
        touched(REGISTRANT, "meaning_in_words", "I have looked at it"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "a time changed": (
        touched(GUARDIAN, "signed_at", "2026-11-20T14:59:08.000000Z"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "a time put after the record was complete": (
        touched(GUARDIAN, "signed_at", "2026-12-20T14:59:08.000000Z"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT, Trouble.TIMES_DO_NOT_FIT},
    ),
    "a method changed": (touched(PRESCRIBER, "method", "paper"), {Trouble.SIGNATURE_NOT_OF_THIS_TEXT}),
    "initials changed": (
        changed(RECORD, "signatures", REGISTRANT, "initials", 4, "initials", to="X.X."),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "the time of initials changed": (
        changed(RECORD, "signatures", REGISTRANT, "initials", 4, "at", to="2026-11-20T14:57:00.000000Z"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT},
    ),
    "initials left out": (
        touched(REGISTRANT, "initials", INITIALS[:4] + INITIALS[5:]),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT, Trouble.INITIALS_MISSING},
    ),
    "a drawn name changed": (touched(REGISTRANT, "drawn", [[[1, 1]]]), {Trouble.SIGNATURE_NOT_OF_THIS_TEXT}),
    "evidence added": (touched(REGISTRANT, "evidence", {"pin": True}), {Trouble.SIGNATURE_NOT_OF_THIS_TEXT}),
    "the registrant's signature dropped": (without(REGISTRANT), {Trouble.SIGNATURE_MISSING}),
    "the prescriber's signature dropped": (without(PRESCRIBER), {Trouble.SIGNATURE_MISSING}),
    "the guardian's signature dropped": (without(GUARDIAN), set()),
    "a signature given twice": (
        changed(RECORD, "signatures", to=[*RECORD["signatures"], RECORD["signatures"][GUARDIAN]]),
        {Trouble.SIGNED_TWICE},
    ),
    "the signer of a signature changed": (
        touched(GUARDIAN, "signer", "registrant"),
        {Trouble.SIGNATURE_NOT_OF_THIS_TEXT, Trouble.SIGNED_TWICE, Trouble.WRONG_MEANING},
    ),
    "a part taken out": (changed(RECORD, "completed_at", to=None), {Trouble.MISSHAPEN}),
    "a part of another kind": (touched(GUARDIAN, "initials", "all"), {Trouble.MISSHAPEN}),
    "another format named": (changed(RECORD, "format", to="pledge-consent-record/9"), {Trouble.MISSHAPEN}),
    "a later completion": (changed(RECORD, "completed_at", to="2027-01-01T00:00:00.000000Z"), set()),
    "a word added beside it all": (changed(RECORD, "remark", to="fine"), set()),
}


class TestAnUntouchedFile:
    @pytest.mark.parametrize("content", [JSON, PDF], ids=["json", "pdf"])
    def test_holds(self, content: bytes) -> None:
        findings = verify(content, TRUSTED)
        assert findings.holds
        assert findings.record == RECORD
        assert findings.fingerprint == SEAL.fingerprint

    @pytest.mark.parametrize("content", [JSON, PDF], ids=["json", "pdf"])
    def test_holds_when_the_key_was_rotated_since(self, content: bytes) -> None:
        assert verify(content, trusted_from([OTHER_SEAL.pem, SEAL.pem])).holds
        assert verify(content, trusted_from([OTHER_SEAL.pem + SEAL.pem])).holds

    def test_holds_in_spanish_and_without_a_guardian(self) -> None:
        assert verify(pdf_of(a_record(language="es"), SEAL), TRUSTED).holds


class TestARecordThatWasTouched:
    @pytest.mark.parametrize("what", TAMPERED, ids=str)
    def test_no_longer_fits_its_seal(self, what: str) -> None:
        record, said = TAMPERED[what]
        seal_of_the_original = SEAL.over(canonical(RECORD))
        found = troubles(verify(sealed_file(canonical(record), seal_of_the_original, SEAL.pem), TRUSTED))
        assert found == said | {Trouble.SEAL_DOES_NOT_FIT}

    @pytest.mark.parametrize("what", [what for what, (_, said) in TAMPERED.items() if said], ids=str)
    def test_does_not_hold_even_where_it_was_sealed_again_with_our_own_key(self, what: str) -> None:
        record, said = TAMPERED[what]
        assert troubles(verify(json_of(record, SEAL), TRUSTED)) == said

    @pytest.mark.parametrize("what", TAMPERED, ids=str)
    def test_does_not_hold_where_it_was_bound_and_sealed_again_with_another_key(self, what: str) -> None:
        record, said = TAMPERED[what]
        if Trouble.MISSHAPEN not in said:
            record = bound_again(record)
        assert Trouble.UNPUBLISHED_CERTIFICATE in troubles(verify(json_of(record, OTHER_SEAL), TRUSTED))

    def test_says_whose_signature_and_which_text(self) -> None:
        moved = json_of(in_place_of(RECORD, GUARDIAN, FROM_ANOTHER), SEAL)
        (one,) = verify(moved, TRUSTED).troubles
        assert one.sentence().startswith("The signature of the parent or guardian does not belong to this text")
        assert one.sentence("es").startswith("La firma de padre, madre o tutor no corresponde a este texto")
        swapped = verify(json_of(with_other_text(version="2021"), SEAL), TRUSTED).troubles
        assert swapped[0].sentence().startswith("Informed consent, version 2021 (en), is not what was signed here")

    def test_attached_to_a_pdf_of_our_own_is_found_too(self) -> None:
        attached = json_of(touched(GUARDIAN, "name", "Someone Else"), SEAL)
        assert troubles(verify(pdf_of(RECORD, SEAL, file=attached), TRUSTED)) == {Trouble.SIGNATURE_NOT_OF_THIS_TEXT}


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def places(content: bytes, most: int) -> range:
    return range(0, len(content), max(1, len(content) // most))


class TestOneFlippedByte:
    def test_of_a_record_is_found_wherever_it_is(self) -> None:
        assert [at for at in places(JSON, 900) if verify(flipped(JSON, at), TRUSTED).holds] == []

    def test_of_a_pdf_is_found_wherever_it_is(self) -> None:
        assert [at for at in places(PDF, 900) if verify(flipped(PDF, at), TRUSTED).holds] == []

    def test_of_the_pdfs_seal_is_found_wherever_it_is(self) -> None:
        begins = PDF.rindex(b"/Contents <")
        seal = range(begins, PDF.index(b"00" * 32, begins))
        assert len(seal) > 1000
        assert [at for at in seal if verify(flipped(PDF, at), TRUSTED).holds] == []

    def test_of_a_words_case_in_the_pdfs_seal_is_found(self) -> None:
        begins = PDF.rindex(b"/Contents <") + len(b"/Contents <")
        ends = PDF.index(b">", begins)
        lower = PDF[:begins] + PDF[begins:ends].lower() + PDF[ends:]
        assert troubles(verify(lower, TRUSTED)) == {Trouble.PDF_SEAL_DAMAGED}


def an_update(pdf: bytes) -> bytes:
    """An incremental update, as an editor appends one."""
    return pdf + b"\n999 0 obj\n<< /Type /Annot >>\nendobj\nxref\n0 0\ntrailer\n<< /Size 1000 >>\nstartxref\n0\n%%EOF\n"


def stripped_of_its_seal(pdf: bytes) -> bytes:
    return unsigned_of(RECORD, SEAL)


def stripped_of_its_record(pdf: bytes) -> bytes:
    return pdf.replace(b"record.json", b"nothing.xyz")


def with_forged_range(pdf: bytes) -> bytes:
    """An update whose own byte range claims to cover the file."""
    added = an_update(pdf)
    return added + b"/ByteRange [0 10 20 %d]" % (len(added) - 20)


class TestAPdf:
    @pytest.mark.parametrize(
        ("change", "trouble"),
        [
            (an_update, Trouble.PDF_ADDED_TO),
            (with_forged_range, Trouble.PDF_ADDED_TO),
            (lambda pdf: pdf + b"\n", Trouble.PDF_ADDED_TO),
            (lambda pdf: pdf[:-1], Trouble.PDF_CUT),
            (lambda pdf: pdf[: len(pdf) - 400], Trouble.PDF_CUT),
            (lambda pdf: pdf[: len(pdf) // 2], Trouble.NO_SEAL),
            (stripped_of_its_seal, Trouble.NO_SEAL),
            (stripped_of_its_record, Trouble.PDF_CHANGED),
            (lambda pdf: pdf.replace(b"/P 1", b"/P 3"), Trouble.PDF_CHANGED),
            (lambda _: pdf_of(RECORD, OTHER_SEAL), Trouble.UNPUBLISHED_CERTIFICATE),
            (lambda _: pdf_of(RECORD, SEAL, file=b"{}"), Trouble.NOT_OURS),
        ],
        ids=[
            "an update appended",
            "an update with a range of its own",
            "a line appended",
            "its last byte cut off",
            "its end cut off",
            "its second half cut off",
            "its seal taken off",
            "its record taken out",
            "its permissions changed",
            "sealed with another key",
            "with something else attached",
        ],
    )
    def test_that_was_touched_does_not_hold(self, change: Callable[[bytes], bytes], trouble: Trouble) -> None:
        assert troubles(verify(change(PDF), TRUSTED)) == {trouble}

    def test_sealed_under_an_unpublished_certificate_names_it(self) -> None:
        findings = verify(pdf_of(RECORD, OTHER_SEAL), TRUSTED)
        assert OTHER_SEAL.fingerprint in findings.troubles[0].sentence()

    def test_checked_without_any_certificate_does_not_hold(self) -> None:
        assert troubles(verify(PDF, frozenset())) == {Trouble.UNPUBLISHED_CERTIFICATE}
        assert troubles(verify(JSON, frozenset())) == {Trouble.UNPUBLISHED_CERTIFICATE}


class TestAnotherFile:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"%PDF-",
            b"%PDF-1.7\n/ByteRange [0 0 0 35]",
            b"null",
            b"[]",
            b"{}",
            b'{"record":1,"seal":2}',
            b'{"record":{},"seal":{"algorithm":"ES256","certificate":"","signature":""}}',
            b"\xff\xfe\x00",
            b'{"record":' + b"[" * 100_000,
            b'{"seal":"' + b"\\" * 99_999,
            b'{"record":{},"record":{},"seal":{}}',
            b'{"record":{"course":1e999},"seal":{}}',
            b'{"record":{"course":NaN},"seal":{}}',
            b'{"record":{"course":' + b"9" * 9999 + b'},"seal":{}}',
            b'{"record":{"format":"\\ud800"},"seal":{"algorithm":"","certificate":"","signature":""}}',
            b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>",
            b"PK\x03\x04" + b"\0" * 100,
            b"\n" + JSON,
            JSON.rstrip(),
            JSON.replace(b'"ES256"', b'"none"'),
            b"%PDF-1.7\n" + JSON,
        ],
        ids=lambda content: content[:24].decode(errors="replace") or "empty",
    )
    def test_never_holds_and_never_raises(self, content: bytes) -> None:
        findings = verify(content, TRUSTED)
        assert not findings.holds
        assert all(one.sentence(language) for one in findings.troubles for language in ("en", "es"))

    def test_that_is_too_large_is_not_looked_into(self) -> None:
        assert troubles(verify(b"%PDF-" + b"x" * 100, TRUSTED, most=100)) == {Trouble.TOO_LARGE}

    def test_of_many_brackets_is_not_read(self) -> None:
        assert not verify(b'{"seal":[' + b"[]," * 500_000 + b"[]]}", TRUSTED).holds

    @pytest.mark.parametrize(
        "path",
        [("signatures",), ("signatures", REGISTRANT, "initials"), ("text", "body", "statements")],
        ids=lambda path: str(path[-1]),
    )
    def test_with_a_list_longer_than_any_of_ours_is_not_gone_through(self, path: tuple[Any, ...]) -> None:
        record = changed(RECORD, *path, to=[0] * 100_000)
        findings = verify(canonical({"record": record, "seal": SEAL_OF_NOTHING}), TRUSTED)
        assert sum(one.trouble is Trouble.MISSHAPEN for one in findings.troubles) == 1

    def test_has_the_first_of_its_troubles_named(self) -> None:
        record = changed(RECORD, "signatures", to=[touched_by(f"signer {n}") for n in range(1000)])
        findings = verify(canonical({"record": record, "seal": SEAL_OF_NOTHING}), TRUSTED)
        assert len(findings.troubles) < 30
        record = changed(RECORD, "signatures", to=[0] * 1000)
        findings = verify(canonical({"record": record, "seal": SEAL_OF_NOTHING}), TRUSTED)
        assert len(findings.troubles) < 30

    def test_whose_signature_is_longer_than_any_of_ours_is_not_parsed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        parsed: list[bytes] = []
        monkeypatch.setattr(pdf, "_read_signature", parsed.append)
        written = b"<" + b"30" * 100_000 + b">"
        head = b"%PDF-1.7\n/ByteRange [0 0000000 0000000 0]"
        ranged = b"%%PDF-1.7\n/ByteRange [0 %07d %07d 0]" % (len(head), len(head) + len(written))
        assert troubles(verify(ranged + written, TRUSTED)) == {Trouble.PDF_SEAL_DAMAGED}
        assert parsed == []


class TestASealUnderAnotherCertificate:
    def test_of_the_same_name_does_not_hold(self) -> None:
        content = canonical(RECORD)
        mixed = sealed_file(content, OTHER_SEAL.over(content), SEAL.pem)
        assert troubles(verify(mixed, TRUSTED)) == {Trouble.SEAL_DOES_NOT_FIT}

    def test_whose_text_is_no_certificate_does_not_hold(self) -> None:
        content = canonical(RECORD)
        assert Trouble.SEAL_DAMAGED in troubles(verify(sealed_file(content, SEAL.over(content), "none"), TRUSTED))


class TestARecordSignedOnPaper:
    def test_holds_without_initials(self) -> None:
        record = touched(REGISTRANT, "method", "paper")
        record = changed(record, "signatures", REGISTRANT, "initials", to=[])
        assert verify(json_of(bound_again(record), SEAL), TRUSTED).holds


class TestASignerWhoReadAnotherLanguage:
    READ = {name: a_record(language="es")["text"][name] for name in ("language", "digest", "body")}

    def test_signs_what_they_read(self) -> None:
        record = bound_again(touched(GUARDIAN, "evidence", {"read": self.READ}))
        assert verify(json_of(record, SEAL), TRUSTED).holds

    @pytest.mark.parametrize("name", ["language", "digest", "body"])
    def test_has_read_exactly_that(self, name: str) -> None:
        other = {"language": "en", "digest": "0" * 64, "body": a_body()}
        record = bound_again(touched(GUARDIAN, "evidence", {"read": {**self.READ, name: other[name]}}))
        assert troubles(verify(json_of(record, SEAL), TRUSTED)) == {Trouble.TEXT_CHANGED}

    def test_has_read_something(self) -> None:
        record = bound_again(touched(GUARDIAN, "evidence", {"read": "yes"}))
        assert troubles(verify(json_of(record, SEAL), TRUSTED)) == {Trouble.MISSHAPEN}


class TestTheWording:
    def test_says_every_trouble_in_both_languages(self) -> None:
        assert {trouble.value for trouble in Trouble} == set(SENTENCES)
        assert all(set(said) == {"en", "es"} for said in SENTENCES.values())
