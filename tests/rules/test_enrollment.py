"""Sections 3 and 13: categories and their bases, who signs what, and the day on which consent is complete."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.rules.calendar import ONE_DAY, birthday
from pledge.rules.enrollment import (
    acceptable,
    by_version,
    category_refusals,
    consent_refusals,
    countersigning_refusals,
    enrolled_on,
    form_completed_on,
    is_minor,
    missing_signers,
    required_signers,
)
from pledge.rules.vocabulary import Actor, ConsentForm, Signer
from tests.rules.builders import CAN, CANNOT, FEW, can, cannot, course, day, reasons, signature

INFORMED, BIRTH_DEFECTS = ConsentForm.INFORMED_CONSENT, ConsentForm.BIRTH_DEFECTS_CONSENT
REGISTRANT, GUARDIAN, PRESCRIBER = Signer.REGISTRANT, Signer.GUARDIAN, Signer.PRESCRIBER

GROWN_UP = day("1998-04-02")
MINOR = day("2010-05-01")


def signed(*signers: Signer, on: str = "2024-01-15", **said):
    return [signature(signer, on, **said) for signer in signers]


def days_signed(*signatures):
    return [signature(signer, on) for signer, on in signatures]


class TestACategory:
    @pytest.mark.parametrize(
        ("basis", "accepted"),
        [
            pytest.param("cisgender_male", True, id="cisgender male"),
            pytest.param("hysterectomy", True, id="hysterectomy"),
            pytest.param("bilateral_oophorectomy", True, id="bilateral oophorectomy"),
            pytest.param("post_menopause", True, id="documented post-menopause"),
            pytest.param("tubal_sterilization", False, id="tubal sterilization is not a basis"),
            pytest.param("partner_vasectomy", False, id="a partner's vasectomy is not a basis"),
            pytest.param("abstinence", False, id="abstinence is not a basis"),
            pytest.param("not_yet_menstruating", False, id="not yet menstruating is not a basis"),
            pytest.param("", False, id="an empty one is not a basis"),
            pytest.param(None, False, id="none is not a basis"),
        ],
    )
    def test_that_cannot_become_pregnant_needs_a_basis(self, basis, accepted):
        assert reasons(category_refusals(CANNOT, basis)) == ([] if accepted else ["category_unconfirmed"])

    @pytest.mark.parametrize("basis", [None, "", "abstinence", "cisgender_male"], ids=str)
    def test_that_can_become_pregnant_needs_none(self, basis):
        assert reasons(category_refusals(CAN, basis)) == []


class TestAMinor:
    @pytest.mark.parametrize(
        ("born", "on", "minor"),
        [
            pytest.param("2008-11-20", "2026-11-19", True, id="is one the day before eighteen"),
            pytest.param("2008-11-20", "2026-11-20", False, id="is none from the eighteenth birthday"),
            pytest.param("2008-02-29", "2026-02-28", True, id="born on 29 February, is one on 28 February"),
            pytest.param("2008-02-29", "2026-03-01", False, id="born on 29 February, is none on 1 March"),
            pytest.param("1998-04-02", "2024-01-15", False, id="is none long grown up"),
        ],
    )
    def test_is_under_eighteen(self, born, on, minor):
        assert is_minor(day(born), day(on)) is minor

    @given(born=st.dates(date(1989, 1, 1), date(2020, 12, 31)))
    @FEW
    def test_grows_up_on_one_day(self, born):
        turns = birthday(born, 18)
        assert is_minor(born, turns - ONE_DAY)
        assert not is_minor(born, turns)


class TestTheSigners:
    @pytest.mark.parametrize(
        ("born", "signatures", "today", "signers"),
        [
            pytest.param("1998-04-02", [], "2024-01-15", [REGISTRANT, PRESCRIBER], id="of a grown-up"),
            pytest.param("2010-05-01", [], "2024-01-15", [REGISTRANT, GUARDIAN, PRESCRIBER], id="of a minor"),
            pytest.param(
                "2006-01-16", [], "2024-01-15", [REGISTRANT, GUARDIAN, PRESCRIBER], id="of one eighteen tomorrow"
            ),
            pytest.param("2006-01-15", [], "2024-01-15", [REGISTRANT, PRESCRIBER], id="of one eighteen today"),
            pytest.param(
                "2006-01-15",
                [(REGISTRANT, "2024-01-14")],
                "2024-01-20",
                [REGISTRANT, GUARDIAN, PRESCRIBER],
                id="of one who signed the day before eighteen",
            ),
            pytest.param(
                "2006-01-15",
                [(GUARDIAN, "2024-01-14")],
                "2024-01-20",
                [REGISTRANT, PRESCRIBER],
                id="of one who has not signed, whatever the guardian did",
            ),
            pytest.param(
                "2006-01-15",
                [(REGISTRANT, "2024-01-16"), (REGISTRANT, "2024-01-14")],
                "2024-01-20",
                [REGISTRANT, GUARDIAN, PRESCRIBER],
                id="of one who signed twice, by the first",
            ),
        ],
    )
    def test_are_those_of_the_day_the_registrant_signs(self, born, signatures, today, signers):
        assert required_signers(days_signed(*signatures), day(born), day(today)) == tuple(signers)

    @pytest.mark.parametrize(
        ("born", "present", "missing"),
        [
            pytest.param(GROWN_UP, [], [REGISTRANT, PRESCRIBER], id="a grown-up with nothing signed"),
            pytest.param(GROWN_UP, [REGISTRANT], [PRESCRIBER], id="a grown-up before the countersignature"),
            pytest.param(GROWN_UP, [REGISTRANT, PRESCRIBER], [], id="a grown-up with both"),
            pytest.param(MINOR, [], [REGISTRANT, GUARDIAN, PRESCRIBER], id="a minor with nothing signed"),
            pytest.param(MINOR, [GUARDIAN], [REGISTRANT, PRESCRIBER], id="a minor whose guardian came first"),
            pytest.param(MINOR, [REGISTRANT, PRESCRIBER], [GUARDIAN], id="a minor without the guardian"),
            pytest.param(MINOR, [REGISTRANT, GUARDIAN, PRESCRIBER], [], id="a minor with all three"),
        ],
    )
    def test_who_are_missing_come_in_their_order(self, born, present, missing):
        assert missing_signers(iter(signed(*present)), born, day("2024-01-15")) == tuple(missing)


class TestAFormIsComplete:
    @pytest.mark.parametrize(
        ("born", "signatures", "completed"),
        [
            pytest.param(GROWN_UP, [], None, id="never while nothing is signed"),
            pytest.param(GROWN_UP, [(REGISTRANT, "2024-01-15")], None, id="never before the countersignature"),
            pytest.param(
                GROWN_UP,
                [(REGISTRANT, "2024-01-15"), (PRESCRIBER, "2024-01-18")],
                "2024-01-18",
                id="with the countersignature",
            ),
            pytest.param(
                GROWN_UP,
                [(REGISTRANT, "2024-01-15"), (PRESCRIBER, "2024-01-18"), (PRESCRIBER, "2024-02-18")],
                "2024-01-18",
                id="with the first of two countersignatures",
            ),
            pytest.param(
                MINOR,
                [(REGISTRANT, "2024-01-15"), (GUARDIAN, "2024-01-20"), (PRESCRIBER, "2024-01-18")],
                "2024-01-20",
                id="with the last of three",
            ),
            pytest.param(
                GROWN_UP,
                [(REGISTRANT, "2024-01-15"), (GUARDIAN, "2024-01-20"), (PRESCRIBER, "2024-01-18")],
                "2024-01-18",
                id="whatever a guardian signs for a grown-up",
            ),
        ],
    )
    def test_with_its_last_required_signature(self, born, signatures, completed):
        expected = day(completed) if completed else None
        assert form_completed_on(iter(days_signed(*signatures)), born, day("2024-01-20")) == expected


def all_forms(*, informed: str = "2024-01-15", birth_defects: str = "2024-01-15"):
    return [
        *signed(REGISTRANT, PRESCRIBER, on=informed, form=INFORMED),
        *signed(REGISTRANT, PRESCRIBER, on=birth_defects, form=BIRTH_DEFECTS),
    ]


def old_and_new(superseded: str):
    """The registrant signs the old text, the prescriber the new one."""
    return [
        signature(REGISTRANT, "2026-11-10", INFORMED, "1", superseded=superseded),
        signature(PRESCRIBER, "2026-11-16", INFORMED, "2"),
    ]


class TestEnrolledOn:
    FIRST_DAY = day("2024-01-15")

    @pytest.mark.parametrize(
        ("category", "signatures", "enrolled"),
        [
            pytest.param(CAN, [], None, id="is not known with nothing signed"),
            pytest.param(CAN, all_forms(), "2024-01-15", id="is the day both forms are signed"),
            pytest.param(CAN, all_forms(birth_defects="2024-01-20"), "2024-01-20", id="is the day of the later form"),
            pytest.param(CAN, all_forms(informed="2024-01-20"), "2024-01-20", id="is the later, in either order"),
            pytest.param(CAN, signed(REGISTRANT, PRESCRIBER), None, id="needs the birth defects form too"),
            pytest.param(CANNOT, signed(REGISTRANT, PRESCRIBER), "2024-01-15", id="needs one form of who cannot"),
            pytest.param(
                CAN, all_forms(informed="2024-01-02", birth_defects="2024-01-03"), "2024-01-15",
                id="is never before the course begins",
            ),
            pytest.param(CANNOT, signed(REGISTRANT), None, id="needs the countersignature"),
        ],
    )  # fmt: skip
    def test_is_the_day_of_the_last_required_signature(self, category, signatures, enrolled):
        told = enrolled_on(iter(signatures), category, GROWN_UP, self.FIRST_DAY, day("2024-01-20"))
        assert told == (day(enrolled) if enrolled else None)

    def test_is_that_of_the_first_version_that_was_completed(self):
        signatures = [
            *signed(REGISTRANT, PRESCRIBER, on="2024-02-20", version="2"),
            *signed(REGISTRANT, PRESCRIBER, on="2024-01-20", version="1", superseded="2024-02-10"),
        ]
        assert enrolled_on(signatures, CANNOT, GROWN_UP, self.FIRST_DAY, day("2024-02-20")) == day("2024-01-20")

    def test_waits_for_one_version_to_be_signed_by_all(self):
        assert enrolled_on(old_and_new("2026-11-15"), CANNOT, GROWN_UP, self.FIRST_DAY, day("2026-11-16")) is None

    def test_judges_a_minor_on_the_day_of_each_forms_signature(self):
        turned = day("2006-01-18")
        signatures = [
            *signed(REGISTRANT, GUARDIAN, PRESCRIBER, on="2024-01-17", form=INFORMED),
            *signed(REGISTRANT, PRESCRIBER, on="2024-01-18", form=BIRTH_DEFECTS),
        ]
        assert enrolled_on(signatures, CAN, turned, self.FIRST_DAY, day("2024-01-18")) == day("2024-01-18")
        assert enrolled_on(signatures, CAN, turned + ONE_DAY, self.FIRST_DAY, day("2024-01-19")) is None


class TestAVersion:
    @pytest.mark.parametrize(
        ("superseded", "counts"),
        [
            pytest.param(None, True, id="counts while it is in force"),
            pytest.param("2024-01-16", True, id="counts where it was in force when the course began"),
            pytest.param("2024-01-15", False, id="does not count where a newer one began with the course"),
            pytest.param("2023-06-01", False, id="does not count where it was long superseded"),
        ],
    )
    def test_counts_in_courses_that_began_under_it(self, superseded, counts):
        signatures = signed(REGISTRANT, superseded=superseded)
        assert acceptable(signatures, INFORMED, day("2024-01-15")) == (signatures if counts else [])

    def test_is_of_one_form(self):
        assert acceptable(signed(REGISTRANT, form=BIRTH_DEFECTS), INFORMED, day("2024-01-15")) == []

    def test_gathers_its_own_signatures(self):
        signatures = [
            *signed(REGISTRANT, version="1"),
            *signed(REGISTRANT, version="2"),
            *signed(PRESCRIBER, version="1"),
        ]
        assert by_version(signatures) == [[signatures[0], signatures[2]], [signatures[1]]]


OWN, GUARDIANS = "consent_missing", "guardian_consent_missing"


class TestConsent:
    @pytest.mark.parametrize(
        ("born", "signatures", "missed"),
        [
            pytest.param(GROWN_UP, [], [OWN], id="a grown-up with nothing signed misses it"),
            pytest.param(GROWN_UP, signed(REGISTRANT), [OWN], id="a grown-up misses the countersignature"),
            pytest.param(MINOR, [], [OWN, GUARDIANS], id="a minor with nothing signed misses both"),
            pytest.param(MINOR, signed(REGISTRANT), [OWN, GUARDIANS], id="a minor who signed alone misses both"),
            pytest.param(MINOR, signed(GUARDIAN), [OWN], id="a minor whose guardian signed misses the rest"),
            pytest.param(MINOR, signed(REGISTRANT, GUARDIAN), [OWN], id="a minor misses the countersignature"),
            pytest.param(MINOR, signed(REGISTRANT, PRESCRIBER), [GUARDIANS], id="a minor misses the guardian's alone"),
            pytest.param(GROWN_UP, None, [OWN], id="nothing gathered is nothing signed"),
        ],
    )
    def test_names_whose_is_missing(self, born, signatures, missed):
        record = cannot(enrolled=None, born=born.isoformat(), signatures=signatures and tuple(signatures))
        assert reasons(consent_refusals(record, day("2024-01-20"))) == missed

    @pytest.mark.parametrize(
        ("born", "signatures", "who"),
        [
            pytest.param(GROWN_UP, [], Actor.REGISTRANT, id="the registrant while nothing is signed"),
            pytest.param(GROWN_UP, None, Actor.REGISTRANT, id="the registrant while nothing is gathered"),
            pytest.param(MINOR, signed(GUARDIAN), Actor.REGISTRANT, id="the registrant after the guardian"),
            pytest.param(GROWN_UP, signed(REGISTRANT), Actor.PRESCRIBER, id="the prescriber where no one else is left"),
            pytest.param(MINOR, signed(REGISTRANT, GUARDIAN), Actor.PRESCRIBER, id="the prescriber after both"),
        ],
    )
    def test_is_left_to_whoever_is_left(self, born, signatures, who):
        record = cannot(enrolled=None, born=born.isoformat(), signatures=signatures and tuple(signatures))
        refusal = next(consent_refusals(record, day("2024-01-20")))
        assert (refusal.code.value, refusal.who_acts) == (OWN, who)
        assert ("ountersign each" in refusal.next_step) == (who is Actor.PRESCRIBER)

    def test_is_left_to_the_registrant_while_one_form_is_unsigned(self):
        record = can(enrolled=None, signatures=tuple(signed(REGISTRANT)))
        assert [refusal.who_acts for refusal in consent_refusals(record, day("2024-01-20"))] == [Actor.REGISTRANT]

    def test_of_someone_enrolled_is_not_asked_again(self):
        assert reasons(consent_refusals(can(signatures=()), day("2024-01-20"))) == []

    @pytest.mark.parametrize(
        ("signatures", "missed"),
        [
            pytest.param(signed(REGISTRANT, PRESCRIBER), [OWN], id="the second form unsigned"),
            pytest.param(signed(REGISTRANT, PRESCRIBER, form=BIRTH_DEFECTS), [OWN], id="the first form unsigned"),
        ],
    )
    def test_is_asked_for_every_form(self, signatures, missed):
        record = can(enrolled=None, signatures=tuple(signatures))
        assert reasons(consent_refusals(record, day("2024-01-20"))) == missed

    @pytest.mark.parametrize("guarded", [INFORMED, BIRTH_DEFECTS], ids=str)
    def test_of_the_guardian_is_asked_for_every_form(self, guarded):
        other = BIRTH_DEFECTS if guarded is INFORMED else INFORMED
        signatures = (
            *signed(REGISTRANT, GUARDIAN, PRESCRIBER, form=guarded),
            *signed(REGISTRANT, PRESCRIBER, form=other),
        )
        record = can(enrolled=None, born=MINOR.isoformat(), signatures=signatures)
        assert reasons(consent_refusals(record, day("2024-01-20"))) == [GUARDIANS]

    @pytest.mark.parametrize("own", [INFORMED, BIRTH_DEFECTS], ids=str)
    def test_misses_each_side_on_a_form_of_its_own(self, own):
        other = BIRTH_DEFECTS if own is INFORMED else INFORMED
        signatures = (*signed(GUARDIAN, form=own), *signed(REGISTRANT, PRESCRIBER, form=other))
        record = can(enrolled=None, born=MINOR.isoformat(), signatures=signatures)
        assert reasons(consent_refusals(record, day("2024-01-20"))) == [OWN, GUARDIANS]

    def test_under_an_old_version_counts_where_the_course_began_before_the_new_one(self):
        old = signed(REGISTRANT, PRESCRIBER, on="2026-11-20", superseded="2026-11-15")
        for began, told in [("2026-11-14", "2026-11-20"), ("2026-11-15", None)]:
            known = enrolled_on(old, CANNOT, GROWN_UP, day(began), day("2026-11-20"))
            assert known == (day(told) if told else None)

    def test_is_looked_for_in_the_version_that_lacks_least(self):
        signatures = (
            *signed(REGISTRANT, GUARDIAN, version="1"),
            *signed(REGISTRANT, version="2"),
        )
        record = cannot(enrolled=None, born=MINOR.isoformat(), signatures=signatures)
        assert reasons(consent_refusals(record, day("2024-01-20"))) == [OWN]

    def test_under_a_version_that_does_not_count_is_missing(self):
        signatures = tuple(signed(REGISTRANT, PRESCRIBER, superseded="2024-01-15"))
        record = cannot(enrolled=None, signatures=signatures, course=course(None, "2024-01-15"))
        assert reasons(consent_refusals(record, day("2024-01-20"))) == [OWN]

    def test_that_is_complete_yet_without_a_day_is_still_named(self):
        record = cannot(enrolled=None, signatures=tuple(signed(REGISTRANT, PRESCRIBER)))
        assert reasons(consent_refusals(record, day("2024-01-20"))) == [OWN]


class TestCountersigning:
    @pytest.mark.parametrize(
        ("born", "present", "refused"),
        [
            pytest.param(GROWN_UP, [], [OWN], id="not before the registrant"),
            pytest.param(GROWN_UP, [REGISTRANT], [], id="after the registrant"),
            pytest.param(GROWN_UP, [GUARDIAN], [OWN], id="not after a guardian nobody asked for"),
            pytest.param(MINOR, [], [OWN, GUARDIANS], id="not before a minor and the guardian"),
            pytest.param(MINOR, [REGISTRANT], [GUARDIANS], id="not before the guardian"),
            pytest.param(MINOR, [GUARDIAN], [OWN], id="not before the minor"),
            pytest.param(MINOR, [REGISTRANT, GUARDIAN], [], id="after both"),
            pytest.param(MINOR, [REGISTRANT, GUARDIAN, PRESCRIBER], [], id="twice, if need be"),
        ],
    )
    def test_comes_last(self, born, present, refused):
        assert reasons(countersigning_refusals(iter(signed(*present)), born, day("2024-01-20"))) == refused
