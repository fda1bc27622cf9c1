"""Who may let whom back in: those who are near, and nobody themselves."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from pledge.models import Designee, Prescriber
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected
from pledge.trail import By

OPERATOR = By("operator", "", "who runs the service")


def check_may_let_in(by: By, user: User, at: datetime) -> None:
    """Make sure that someone may let the owner of a log-in back in.

    A prescriber in person does so for who acts for them, a program administrator for anyone of a clinic, a superuser
    for everyone else, and whoever runs the service for all.

    :raises Rejected: naming who may.
    """
    if by.kind == OPERATOR.kind:
        return
    if by.kind == "program" and by.id == str(user.pk):
        raise Rejected("by", "nobody lets themselves back in; another administrator does")
    if by.kind == "program":
        if is_of_a_clinic(user) and not user.is_superuser:
            return
        check_superuser(by)
    elif not _acts_for(user, by, at) or user.is_superuser:
        raise Rejected("by", "a prescriber lets in who acts for them, in person; others ask a program administrator")


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


def is_of_a_clinic(user: Any) -> bool:
    """Tell whether a log-in is a prescriber's or a designee's."""
    return Prescriber.objects.filter(user=user).exists() or Designee.objects.filter(user=user).exists()


def _acts_for(user: User, by: By, at: datetime) -> bool:
    if by.prescriber is None or by.designee is not None:
        return False
    designee = Designee.objects.filter(user=user).first()
    if designee is None:
        return False
    return designee.designations.in_force(program_day(at)).filter(prescriber=by.prescriber).exists()
