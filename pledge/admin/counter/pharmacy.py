"""The authorized representative's own pages: how the pharmacy stands, its pharmacists, and its keys."""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.access import keys_for
from pledge.actions.keys import may_be_rotated
from pledge.admin.counter.asking import who
from pledge.admin.doors import DOORS, Door
from pledge.admin.key_steps import IssueKey, IssueTestKey, RevokeKey, RotateKey
from pledge.admin.pharmacist_steps import EndPharmacist, EnrollPharmacist
from pledge.admin.scene import Scene
from pledge.admin.signin.steps import LetBackIn, Unlock
from pledge.admin.stepping import take_step
from pledge.admin.steps import Step
from pledge.admin.visitor import Role, Visitor
from pledge.models import Pharmacist, PharmacyKey
from pledge.rules.calendar import ONE_DAY, program_day

IN_PERSON = frozenset({Role.REPRESENTATIVE})
ENDED_KEYS_SHOWN = 10


def _by_slug(*taken: type[Step]) -> dict[str, type[Step]]:
    return {one.slug: one for one in taken}


ABOUT_PHARMACY = _by_slug(EnrollPharmacist, IssueKey, IssueTestKey)
ABOUT_PHARMACIST = _by_slug(LetBackIn, Unlock, EndPharmacist)
ABOUT_KEY = _by_slug(RotateKey, RevokeKey)


class OwnKey(NamedTuple):
    """One key with what may be done about it."""

    row: PharmacyKey
    usable: bool
    may_be_rotated: bool


class OwnPharmacist(NamedTuple):
    """One pharmacist with what the representative may do about them."""

    row: Pharmacist
    is_oneself: bool
    is_locked: bool

    @property
    def is_theirs(self) -> bool:
        """Whether the representative looks after their log-in; the program does after a representative's."""
        return not self.row.is_representative


@require_safe
def pharmacy_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the representative how the pharmacy stands, who acts for it, and with which keys."""
    at, (pharmacist, pharmacy) = timezone.now(), who(visitor)
    on = program_day(at)
    through = pharmacy.certified_through
    people = pharmacy.pharmacists.active().select_related("user").order_by("name", "pk")
    keys = [_key(row, at) for row in keys_for(visitor.by()).select_related("replaced_by", "pharmacy")]
    ended = [key for key in keys if not key.usable]
    context = {
        **admin.site.each_context(request),
        "title": "Our pharmacy",
        "program_address": settings.EMAIL_PROGRAM,
        "pharmacy": pharmacy,
        "active": pharmacy.standing.holds(on),
        "days_left": (through - on) // ONE_DAY if through else None,
        "ends_soon": through is not None and through - on <= settings.WORK_BEFORE_CERTIFICATION_ENDS_DAYS * ONE_DAY,
        "people": [_person(row, pharmacist) for row in people],
        "keys": [key for key in keys if key.usable],
        "ended": ended[:ENDED_KEYS_SHOWN],
        "further": len(ended[ENDED_KEYS_SHOWN:]),
    }
    return TemplateResponse(request, "pledge/admin/counter/pharmacy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def about_pharmacy(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """Take a step about the pharmacy itself: someone or a key that is new."""
    return _taken(request, visitor, ABOUT_PHARMACY, slug, who(visitor)[1])


@require_http_methods(["GET", "HEAD", "POST"])
def about_pharmacist(request: HttpRequest, visitor: Visitor, pk: int, slug: str) -> HttpResponse:
    """Take a step about a pharmacist of the pharmacy who is no representative."""
    own = who(visitor)[1].pharmacists.active().select_related("user")
    return _taken(request, visitor, ABOUT_PHARMACIST, slug, own.filter(pk=pk, is_representative=False).first())


@require_http_methods(["GET", "HEAD", "POST"])
def about_key(request: HttpRequest, visitor: Visitor, pk: int, slug: str) -> HttpResponse:
    """Take a step about a key of the pharmacy."""
    own = keys_for(visitor.by()).select_related("pharmacy")
    return _taken(request, visitor, ABOUT_KEY, slug, own.filter(pk=pk).first())


def _taken(
    request: HttpRequest, visitor: Visitor, steps: dict[str, type[Step]], slug: str, row: Model | None
) -> HttpResponse:
    if slug not in steps or row is None:
        raise Http404("there is no such step")
    at = timezone.now()
    scene = Scene(visitor, visitor.by(), program_day(at), row)
    return take_step(request, admin.site, steps[slug], scene, at=at, back=reverse("admin:pharmacy"))


def _key(row: PharmacyKey, at: datetime) -> OwnKey:
    usable = row.revoked_at is None and (row.expires_at is None or row.expires_at > at)
    return OwnKey(row, usable, usable and may_be_rotated(row, at))


def _person(row: Any, oneself: Pharmacist) -> OwnPharmacist:
    return OwnPharmacist(row, row.pk == oneself.pk, row.user is not None and Unlock.makes_sense(row.user))


DOORS += [
    Door("pharmacy/", pharmacy_page, "pharmacy", IN_PERSON, "Our pharmacy"),
    Door("pharmacy/new/<slug:slug>/", about_pharmacy, "pharmacy_new", IN_PERSON),
    Door("pharmacy/pharmacists/<int:pk>/<slug:slug>/", about_pharmacist, "pharmacy_pharmacist", IN_PERSON),
    Door("pharmacy/keys/<int:pk>/<slug:slug>/", about_key, "pharmacy_key", IN_PERSON),
]
