"""Pharmacies that keep naming registrants and authorizations that are not there: what waits for the program."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from pledge.actions.guesses import SUSPENDED_FOR_GUESSING
from pledge.models import EventType, Pharmacy, ProgramEvent
from pledge.rates import guesses_by_pharmacy


def guessing_pharmacies(at: datetime) -> Iterator[tuple[Pharmacy, str, str, str]]:
    """Give each such pharmacy with what is to be said of it, what the program can do, and where.

    Those suspended for it come first, until they are reinstated.
    """
    suspended = {pharmacy.pk: pharmacy for pharmacy in Pharmacy.objects.exclude(suspended_at=None)}
    for_it = ProgramEvent.objects.filter(
        type=EventType.PARTY_SUSPENDED,
        act=SUSPENDED_FOR_GUESSING,
        subject_id__in=suspended,
        at__in=[pharmacy.suspended_at for pharmacy in suspended.values()],
    )
    for event in for_it.order_by("-id"):
        pk = event.subject_id or 0
        said = "It is suspended for it, and nothing is dispensed there. Find out why, then let it go on."
        yield suspended[pk], said, "Reinstate", reverse("admin:pledge_pharmacy_step", args=[pk, "reinstate"])
    guesses = guesses_by_pharmacy(at)
    for pharmacy in Pharmacy.objects.filter(pk__in=guesses, suspended_at=None):
        said = f"{guesses[pharmacy.pk]} wrong ones within a day. Find out why, before it is suspended for it."
        yield pharmacy, said, "Open the pharmacy", reverse("admin:pledge_pharmacy_change", args=[pharmacy.pk])
