"""What was confirmed last, and whether the next month can be confirmed: for one form and for the list of several."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pledge.models import MonthlyConfirmation, Registrant
from pledge.rules.contraception import ABSTINENCE_ALONE
from pledge.rules.editions import edition_on
from pledge.rules.history import Record
from pledge.rules.monthly import Attestation, confirming_refusals
from pledge.rules.qualification import course_tests
from pledge.rules.refusals import Refusal, unique
from pledge.rules.vocabulary import Method, PriorSource, RiskCategory

ANY_TWO = frozenset({Method.IUD, Method.MALE_CONDOM})


class Last(NamedTuple):
    """What the clinic confirmed last."""

    methods: frozenset[Method]
    confirmed_on: date

    @property
    def is_abstinence(self) -> bool:
        """Whether it was committed abstinence alone."""
        return self.methods == ABSTINENCE_ALONE

    @property
    def named(self) -> str:
        """The methods in words, in the order of the program's rules."""
        labels = [method.label.lower() for method in Method if method in self.methods]
        return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def last_confirmed(registrant: Registrant) -> Last | None:
    """Give what was confirmed last for a registrant who names methods, or None where nothing was yet."""
    return last_of(registrant.confirmations.exclude(methods=[]).first())


def last_of(confirmation: MonthlyConfirmation | None) -> Last | None:
    """Give what one confirmation holds."""
    if confirmation is None or not confirmation.methods:
        return None
    return Last(frozenset(map(Method, confirmation.methods)), confirmation.visit_on)


def confirmable(record: Record, on: date) -> Attestation:
    """Give what could be confirmed today if everything the clinic has to say is in order: newest test, full supply."""
    if record.category != RiskCategory.CAN_BECOME_PREGNANT:
        return Attestation(visit_on=on, days_supply=edition_on(on).supply_days)
    window, tests = record.open_window(on), course_tests(record)
    newest = tests[-1].specimen_on if tests else None
    return Attestation(
        visit_on=on,
        days_supply=edition_on(on).supply_days,
        specimen_on=window.specimen_on if window is not None else newest,
        methods=ANY_TWO,
        prior_source=PriorSource.NONE_TAKEN,
    )


def what_stands_against(record: Record, on: date) -> Iterable[Refusal]:
    """Name what stops a confirmation today whatever the clinic says, by the rules that judge it."""
    return unique(confirming_refusals(record, confirmable(record, on), on))
