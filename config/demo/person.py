"""One registrant on the stage: each method is one act of theirs, their clinic's or their pharmacy's."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from config.demo.cast import Cast
from config.demo.stage import Arc, Stage
from consents.actions.signing import sign
from pledge.actions import authorizations, months, pregnancy_tests, registrants
from pledge.models import Registrant
from pledge.rules.calendar import program_day
from pledge.rules.editions import edition_on
from pledge.rules.enrollment import REQUIRED_FORMS, is_minor
from pledge.rules.monthly import Attestation
from pledge.rules.vocabulary import Method, PriorSource, RiskCategory, Signer, TestResult, TestSetting
from pledge.trail import By, by_pharmacy, by_registrant

CAN, CANNOT = RiskCategory.CAN_BECOME_PREGNANT, RiskCategory.CANNOT_BECOME_PREGNANT
PILL_AND_CONDOM = (Method.HORMONAL_PILL, Method.MALE_CONDOM)
CYCLE_DAY, SUPPLY = 3, 30


class Person:
    """A registrant to be, and where they are in time (``at``)."""

    def __init__(
        self, stage: Stage, cast: Cast, name: str, *, clinic: int = 0, age: int = 24, basis: str = "", **contact: str
    ) -> None:
        """Take a name, the number of their prescriber in the cast, and any other contact.

        :param basis: why they cannot become pregnant; empty where they can.
        """
        self.stage, self.cast, self.name, self.basis = stage, cast, name, basis
        self.prescriber = cast.prescribers[clinic]
        mailbox = name.lower().replace(" ", ".").replace("'", "")
        self.contact = {"name": name, "email": f"{mailbox}@patients.example", **contact}
        self.born_on = _birth(stage.today, age, name)
        self.at: datetime = stage.now
        self.row: Registrant

    def when(self, day: int, clock: str) -> Arc:
        """Wait for an instant; what is called next happens then."""
        self.at = self.stage.moment(day, clock)
        yield self.at

    @property
    def on(self) -> date:
        """The program day of the present step."""
        return program_day(self.at)

    def clinic(self, *, designee: bool = False) -> By:
        """Give who acts for the clinic."""
        return self.cast.clinic(self.prescriber, by_designee_of=designee)

    def pharmacy(self, number: int) -> By:
        """Give a pharmacist of a pharmacy."""
        return by_pharmacy(self.cast.pharmacies[number], f"rph-{number + 1}7")

    def enroll(self, *, designee: bool = False) -> None:
        self.row = registrants.enroll(
            prescriber=self.prescriber,
            born_on=self.born_on,
            category=CANNOT if self.basis else CAN,
            basis=self.basis,
            contact=self.contact,
            by=self.clinic(designee=designee),
            at=self.at,
        )

    def sign(self, *signers: Signer) -> None:
        """Sign every required form as each signer in turn; a guardian only where one is asked for."""
        self.row.refresh_from_db()
        names = {
            Signer.REGISTRANT: self.row.name,
            Signer.GUARDIAN: self.row.guardian_name,
            Signer.PRESCRIBER: self.prescriber.name,
        }
        for signer in signers:
            if signer == Signer.GUARDIAN and not is_minor(self.born_on, self.on):
                continue
            own = signer != Signer.PRESCRIBER
            by = by_registrant(self.row, signer.value) if own else self.clinic()
            for form in REQUIRED_FORMS[RiskCategory(self.row.category)]:
                sign(registrant=self.row, form=form, signer=signer, signer_name=names[signer], by=by, at=self.at)

    def test(
        self,
        *,
        result: TestResult = TestResult.NEGATIVE,
        setting: TestSetting = TestSetting.CLIA_LAB,
        cycle_day: int = CYCLE_DAY,
        designee: bool = False,
    ) -> None:
        pregnancy_tests.record_test(
            registrant=self.row,
            specimen_on=self.on,
            result=result,
            setting=setting,
            cycle_day=cycle_day,
            has_evidence=setting == TestSetting.HOME,
            evidence_note="photo" if setting == TestSetting.HOME else "",
            by=self.clinic(designee=designee),
            at=self.at,
        )

    def confirm(
        self,
        methods: Iterable[Method] = PILL_AND_CONDOM,
        *,
        specimen_on: date | None = None,
        prior_source: PriorSource | None = None,
        designee: bool = False,
    ) -> None:
        """Confirm the month of today's specimen, or of another day's."""
        chosen = frozenset(methods)
        attestation = Attestation(
            visit_on=self.on,
            specimen_on=specimen_on or self.on,
            methods=chosen,
            abstinence_acknowledged=Method.ABSTINENCE in chosen,
            days_supply=SUPPLY,
            prior_source=prior_source,
        )
        months.confirm_month(
            registrant=self.row, attestation=attestation, by=self.clinic(designee=designee), at=self.at
        )

    def counsel(self) -> None:
        """Confirm the month of someone who cannot become pregnant, where the edition asks for it."""
        if CANNOT in edition_on(self.on).windows:
            attestation = Attestation(visit_on=self.on, days_supply=SUPPLY)
            months.confirm_month(registrant=self.row, attestation=attestation, by=self.clinic(), at=self.at)

    def answer(self, methods: Iterable[Method] = PILL_AND_CONDOM, *, correct: bool = True) -> None:
        months.answer_questions(
            registrant=self.row, methods=frozenset(methods), correct=correct, by=by_registrant(self.row), at=self.at
        )

    def authorize(self, pharmacy: int = 0) -> None:
        authorizations.authorize(
            registrant=self.row,
            pharmacy=self.cast.pharmacies[pharmacy],
            days_supply=SUPPLY,
            pharmacist=f"rph-{pharmacy + 1}7",
            by=self.pharmacy(pharmacy),
            at=self.at,
        )

    def dispense(self, pharmacy: int = 0) -> None:
        authorizations.dispense(
            registrant=self.row,
            pharmacy=self.cast.pharmacies[pharmacy],
            pharmacist=f"rph-{pharmacy + 1}7",
            by=self.pharmacy(pharmacy),
            at=self.at,
        )

    def reverse(self, pharmacy: int = 0) -> None:
        authorizations.reverse(
            registrant=self.row, pharmacy=self.cast.pharmacies[pharmacy], by=self.pharmacy(pharmacy), at=self.at
        )


def _birth(today: date, age: int, name: str) -> date:
    spread = sum(map(ord, name)) % 300 + 30  # some time within the year, and the same in every play
    return date(today.year - age, 1, 1) - timedelta(days=spread)
