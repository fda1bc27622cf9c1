"""The rows of the core, one file a noun; QuerySets carry the reads as adjectives."""

from pledge.models.authorization import Authorization, Dispense
from pledge.models.deviation import Deviation, DeviationKind, FollowUp
from pledge.models.event import AccessEntry, EventType, ProgramEvent
from pledge.models.idempotency import IdempotencyRecord
from pledge.models.pharmacy import Pharmacy, PharmacyKey, Wholesaler
from pledge.models.pregnancy_test import PregnancyTest
from pledge.models.prescriber import Designee, Prescriber
from pledge.models.registrant import Course, Registrant
from pledge.models.window import MonthlyConfirmation, PrescriptionWindow, RegistrantAnswer

__all__ = [
    "AccessEntry",
    "Authorization",
    "Course",
    "Designee",
    "Deviation",
    "DeviationKind",
    "Dispense",
    "EventType",
    "FollowUp",
    "IdempotencyRecord",
    "MonthlyConfirmation",
    "Pharmacy",
    "PharmacyKey",
    "PregnancyTest",
    "Prescriber",
    "PrescriptionWindow",
    "ProgramEvent",
    "Registrant",
    "RegistrantAnswer",
    "Wholesaler",
]
