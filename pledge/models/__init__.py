"""The rows of the core, one file a noun; QuerySets carry the reads as adjectives."""

from pledge.models.authorization import Authorization, Dispense
from pledge.models.desk import CalendarFeed, SavedFilter
from pledge.models.deviation import Deviation, DeviationKind, FollowUp
from pledge.models.edition_approval import EditionApproval
from pledge.models.event import AccessEntry, EventType, ProgramEvent
from pledge.models.exchange import ImportedRegistrant, RegistrantExport, RegistrantImport
from pledge.models.idempotency import IdempotencyRecord
from pledge.models.log_in import Authenticator, FailedTries, RecoveryCode, ReturnCode
from pledge.models.pharmacy import CallRate, Pharmacist, Pharmacy, PharmacyKey, Wholesaler, WrongGuess
from pledge.models.pregnancy_test import PregnancyTest
from pledge.models.prescriber import Designation, Designee, Prescriber
from pledge.models.registrant import Course, Registrant
from pledge.models.sandbox import SandboxAuthorization
from pledge.models.window import MonthlyConfirmation, PrescriptionWindow, RegistrantAnswer

__all__ = [
    "AccessEntry",
    "Authenticator",
    "Authorization",
    "CalendarFeed",
    "CallRate",
    "Course",
    "Designation",
    "Designee",
    "Deviation",
    "DeviationKind",
    "Dispense",
    "EditionApproval",
    "EventType",
    "FailedTries",
    "FollowUp",
    "IdempotencyRecord",
    "ImportedRegistrant",
    "MonthlyConfirmation",
    "Pharmacist",
    "Pharmacy",
    "PharmacyKey",
    "PregnancyTest",
    "Prescriber",
    "PrescriptionWindow",
    "ProgramEvent",
    "RecoveryCode",
    "Registrant",
    "RegistrantAnswer",
    "RegistrantExport",
    "RegistrantImport",
    "ReturnCode",
    "SandboxAuthorization",
    "SavedFilter",
    "Wholesaler",
    "WrongGuess",
]
