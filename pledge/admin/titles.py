"""Events in words: what happened, with the two or three facts that a reader looks for first."""

from datetime import date
from typing import Any

from pledge.models import EventType, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.vocabulary import ConsentForm, ReversalReason, RiskCategory, Signer, TestResult, TestSetting

DASH = "\N{EN DASH}"
SETTINGS = {
    TestSetting.CLIA_LAB: "at a certified laboratory",
    TestSetting.MEDICAL_SETTING: "in a medical setting",
    TestSetting.HOME: "at home",
}
PLAIN = {
    EventType.REGISTRANT_ENROLLED: "Registered",
    EventType.REGISTRANT_REENROLLED: "Registered again: a new course began",
    EventType.CONTACT_CHANGED: "Contact changed",
    EventType.SIGNING_CODE_ASKED: "Asked for a code to sign with",
    EventType.VISIT_BEGAN: "Opened the forms to sign",
    EventType.VISIT_ENDED: "Left the forms",
    EventType.DISCLOSURES_ACCEPTED: "Agreed to sign electronically",
    EventType.HOLD_CLEARED: "Hold cleared",
    EventType.PARTY_CERTIFIED: "Certified",
    EventType.PARTY_SUSPENDED: "Suspended",
    EventType.PARTY_REINSTATED: "Reinstated",
    EventType.PREGNANCY_REPORTED: "Pregnancy reported: on hold",
}
REFUSED_ACTS = {
    "authorize": "an authorization was asked for",
    "dispense": "handing over",
    "reverse": "giving an authorization back",
    "report_dispense": "reporting a dispense",
    "confirm_month": "confirming the month",
    "answer_questions": "answering the questions",
    "cancel_window": "cancelling the window",
    "record_test": "recording a test",
    "correct_test": "correcting a test",
    "clear_hold": "clearing the hold",
    "enroll_again": "beginning again",
    "change_category": "changing the category",
    "transfer": "transferring",
    "end_treatment": "ending treatment",
}


def title_of(event: ProgramEvent) -> str:
    """Give one event as a line of words."""
    kind = EventType(event.type)
    if kind is EventType.ACT_REFUSED:
        act = event.act.rpartition(".")[2]
        return f"Refused: {REFUSED_ACTS.get(act, act.replace('_', ' '))}"
    plain = PLAIN.get(kind, event.get_type_display().capitalize())
    said = _FACTS[kind](event) if kind in _FACTS else ""
    return f"{plain}: {said}" if said else plain


def told(event: ProgramEvent, model: str, field: str) -> Any:
    """Give what an event set a field of a model to; None where it did not."""
    for subject, fields in event.changes.items():
        if subject.partition(":")[0] == model and field in fields:
            return fields[field][1]
    return None


def where_tested(setting: str) -> str:
    """Say where a specimen was tested."""
    return SETTINGS[TestSetting(setting)]


def short(day: date) -> str:
    """Give a day without its year."""
    return f"{day:%b} {day.day}"


def span_of(first_day: date, last_day: date) -> str:
    """Give a span of days in as few words as there are."""
    end = f"{last_day.day}" if (first_day.year, first_day.month) == (last_day.year, last_day.month) else short(last_day)
    return f"{short(first_day)} {DASH} {end}" if first_day != last_day else short(first_day)


def _day(event: ProgramEvent, model: str, field: str) -> date | None:
    value = told(event, model, field)
    return date.fromisoformat(value) if value else None


def _test(event: ProgramEvent) -> str:
    result, setting = told(event, "pregnancytest", "result"), told(event, "pregnancytest", "setting")
    if not result or not setting:
        return ""
    day = _day(event, "pregnancytest", "specimen_on")
    dated = f", specimen of {short(day)}" if day is not None and day != program_day(event.at) else ""
    return f"{TestResult(result).label.lower()}, {where_tested(setting)}{dated}"


def _month(event: ProgramEvent) -> str:
    days = told(event, "monthlyconfirmation", "days_supply")
    opens_on, closes_on = (_day(event, "prescriptionwindow", name) for name in ("opens_on", "closes_on"))
    window = f"window {span_of(opens_on, closes_on)}" if opens_on and closes_on else ""
    return ", ".join(filter(None, (f"{days} days" if days else "", window)))


def _answers(event: ProgramEvent) -> str:
    correct = told(event, "registrantanswer", "correct")
    return "" if correct is None else "correctly" if correct else "not correctly yet"


def _issued(event: ProgramEvent) -> str:
    days, last = told(event, "authorization", "days_supply"), _day(event, "authorization", "do_not_dispense_after")
    return f"{days} days" + (f", to hand over by {short(last)}" if last else "") if days else ""


def _dispensed(event: ProgramEvent) -> str:
    days, last = told(event, "dispense", "days_supply"), _day(event, "dispense", "covers_through")
    return f"{days} days" + (f", lasting through {short(last)}" if last else "") if days else ""


def _reversed(event: ProgramEvent) -> str:
    reason = told(event, "authorization", "reversal_reason")
    return ReversalReason(reason).label.lower() if reason else ""


def _signed(event: ProgramEvent) -> str:
    forms = event.changes.get("form", {})
    form, signer = next(iter(forms), ""), told(event, "signedconsent", "signer")
    if form not in set(ConsentForm) or not signer:
        return ""
    return f"{ConsentForm(form).label.lower()}, by the {Signer(signer).label.lower()}"


def _invited(event: ProgramEvent) -> str:
    signer = told(event, "signingrequest", "signer")
    return f"the {Signer(signer).label.lower()}" if signer else ""


def _why(event: ProgramEvent) -> str:
    return told(event, "reason", "reason") or ""


def _category(event: ProgramEvent) -> str:
    category = told(event, "registrant", "category")
    return RiskCategory(category).label.lower() if category else ""


_FACTS = {
    EventType.TEST_RECORDED: _test,
    EventType.TEST_CORRECTED: _test,
    EventType.MONTH_CONFIRMED: _month,
    EventType.CONFIRMATION_CORRECTED: _month,
    EventType.QUESTIONS_ANSWERED: _answers,
    EventType.AUTHORIZATION_ISSUED: _issued,
    EventType.AUTHORIZATION_DISPENSED: _dispensed,
    EventType.DISPENSE_REPORTED: _dispensed,
    EventType.AUTHORIZATION_REVERSED: _reversed,
    EventType.FORM_SIGNED: _signed,
    EventType.SIGNER_INVITED: _invited,
    EventType.CATEGORY_CHANGED: _category,
    EventType.PARTY_SUSPENDED: _why,
}
