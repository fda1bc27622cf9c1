"""Who may let whom back in: those who are near, and nobody themselves."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from pledge.access import represents
from pledge.models import Designation, Designee, EventType, Pharmacist, Prescriber, ProgramEvent
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import By

OPERATOR = By("operator", "", "who runs the service")
PROGRAM_DOES = (
    "a prescriber lets in whom the program enrolled for them and who never acted for anyone else; anyone else asks a "
    "program administrator, who does it"
)
REPRESENTATIVE_DOES = (
    "a pharmacy's authorized representative lets in its pharmacists; a representative asks a program administrator"
)


def check_may_let_in(by: By, user: User, at: datetime) -> None:
    """Make sure that someone may let the owner of a log-in back in.

    A prescriber in person does so for who acts for them alone (:func:`is_theirs_alone`), a pharmacy's authorized
    representative for its pharmacists, a program administrator for anyone of a clinic or a pharmacy, a superuser for
    everyone else, and whoever runs the service for all.

    :raises Rejected: naming who may.
    """
    if by.kind == OPERATOR.kind:
        return
    if by.kind == "program" and by.id == str(user.pk):
        raise Rejected("by", "nobody lets themselves back in; another administrator does")
    if by.kind == "program":
        if is_of_a_party(user) and not is_of_the_program(user):
            return
        check_superuser(by)
    elif by.kind == "pharmacy":
        if not _is_their_pharmacist(user, by) or is_of_the_program(user):
            raise Rejected("by", REPRESENTATIVE_DOES)
    elif not _acts_for_alone(user, by, at) or is_of_the_program(user):
        raise Rejected("by", PROGRAM_DOES)


def check_superuser(by: By) -> None:
    """Make sure that someone looks after the administrators' log-ins.

    :raises Rejected: naming who does.
    """
    if by.kind == OPERATOR.kind:
        return
    if by.kind != "program" or not by.id.isdigit() or not User.objects.filter(
        pk=by.id, is_superuser=True, is_active=True
    ).exists():  # fmt: skip
        raise Rejected("by", "only a superuser, or whoever runs the service, does this")


def is_of_a_party(user: Any) -> bool:
    """Tell whether a log-in is, or was, a prescriber's, a designee's or a pharmacist's."""
    return any(party._default_manager.filter(user=user).exists() for party in (Prescriber, Designee, Pharmacist))


def is_of_the_program(user: Any) -> bool:
    """Tell whether a log-in is, or was made to be, a superuser's, an administrator's or an auditor's."""
    return bool(user.is_superuser) or user.groups.exists()


def is_theirs_alone(designee: Designee, prescriber: Prescriber) -> bool:
    """Tell whether a designee acts for a prescriber by the program's word, and never did for anyone else.

    Whoever lets someone in could come in as them, so nothing that another prescriber gave may hang on it: not what is
    in force, nor what ended or is yet to begin. And a prescriber may name whom they like; that alone is no standing.
    """
    ever = list(Designation.objects.filter(designee=designee).order_by("granted_at", "id"))
    if not ever or any(one.prescriber_id != prescriber.pk for one in ever):
        return False
    named = ProgramEvent.objects.filter(
        at=ever[0].granted_at, type=EventType.DESIGNATION_GRANTED, subject="designation", subject_id=ever[0].pk
    )
    return not named.exclude(actor_kind="program").exists()


def _is_their_pharmacist(user: User, by: By) -> bool:
    """Tell whether a log-in is a pharmacist's whom the representative who acts may let in: never a representative's."""
    if by.pharmacy is None or not represents(by, by.pharmacy):
        return False
    return by.pharmacy.pharmacists.active().filter(user=user, is_representative=False).exists()


def _acts_for_alone(user: User, by: By, at: datetime) -> bool:
    if by.prescriber is None or by.designee is not None:
        return False
    designee = Designee.objects.filter(user=user).first()
    if designee is None or not is_theirs_alone(designee, by.prescriber):
        return False
    return designee.designations.in_force(program_day(at)).exists()
