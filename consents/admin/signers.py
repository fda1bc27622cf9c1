"""Who has signed what, who still has to, and what has become of each signer's link: reads for the clinic's pages."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max, prefetch_related_objects

from consents.links import address_changed, state_of
from consents.models import SignedConsent, SigningRequest, Visit
from consents.vocabulary import LinkState
from pledge.admin.steps import Scene
from pledge.admin.whereabouts import unsigned
from pledge.facts import signatures_of
from pledge.models import Registrant
from pledge.rules.enrollment import REQUIRED_FORMS, acceptable, by_version, is_minor, missing_signers
from pledge.rules.history import Record, Signature
from pledge.rules.vocabulary import ConsentForm, Signer

SIGN_BY_LINK = (Signer.REGISTRANT, Signer.GUARDIAN)


class FormRow(NamedTuple):
    """One required form: the signatures that stand under it, in order, and who is still missing."""

    form: ConsentForm
    version: str
    signed: list[SignedConsent]
    missing: tuple[Signer, ...]
    came_of_age: bool  # was a minor when signing and is of age now


class LinkRow(NamedTuple):
    """One signer's newest link, and what is to be known of it."""

    signer: Signer
    name: str
    address: str
    request: SigningRequest | None
    state: LinkState | None
    has_pin: bool
    visited_at: datetime | None
    address_changed: bool  # since the link was sent


def form_rows(registrant: Registrant, record: Record, on: date) -> list[FormRow]:
    """Give a row for each form that the registrant's present course requires."""
    counting, rows = signatures_of(registrant), _signatures(registrant)
    found = []
    for form in REQUIRED_FORMS[record.category]:
        versions = by_version(acceptable(counting, form, record.course.first_day)) or [[]]
        best = min(versions, key=lambda signed: len(missing_signers(signed, registrant.born_on, on)))
        version = best[0].version if best else ""
        under = [row for row in rows if (row.form_version.form, row.form_version.version) == (form, version)]
        missing = missing_signers(best, registrant.born_on, on)
        found.append(FormRow(form, version, under, missing, _came_of_age(registrant, best, on)))
    return found


def _signatures(registrant: Registrant) -> list[SignedConsent]:
    since = registrant.course.consents_since
    rows = registrant.signed_consents.filter(signed_at__gte=since).order_by("signed_at", "id")
    return list(rows.select_related("form_version", "text"))


def _came_of_age(registrant: Registrant, signed: Iterable[Signature], on: date) -> bool:
    own = [signature.signed_on for signature in signed if signature.signer == Signer.REGISTRANT]
    return any(is_minor(registrant.born_on, day) for day in own) and not is_minor(registrant.born_on, on)


def link_rows(registrant: Registrant, at: datetime, on: date) -> list[LinkRow]:
    """Give a row for each signer who signs by link: the registrant, and a guardian while there is one to ask."""
    visits = dict(
        Visit.objects.filter(request__registrant=registrant)
        .values_list("request")
        .annotate(newest=Max("began_at"))
        .order_by()
    )
    rows = []
    for signer in SIGN_BY_LINK:
        request = newest_link(registrant, signer)
        if signer is Signer.GUARDIAN and request is None and not is_minor(registrant.born_on, on):
            continue
        guardian = signer is Signer.GUARDIAN
        rows.append(
            LinkRow(
                signer,
                registrant.guardian_name if guardian else registrant.name,
                registrant.guardian_email if guardian else registrant.email,
                request,
                state_of(request, at) if request is not None else None,
                has_pin(registrant, signer),
                visits.get(request.pk) if request is not None else None,
                request is not None and address_changed(request),
            )
        )
    return rows


def newest_link(registrant: Registrant, signer: Signer) -> SigningRequest | None:
    """Give a signer's newest link, whatever has become of it."""
    prefetch_related_objects([registrant], "signing_requests")
    return next((one for one in registrant.signing_requests.all() if one.signer == signer), None)


def has_pin(registrant: Registrant, signer: Signer) -> bool:
    """Tell whether a signer has a PIN that can be used."""
    prefetch_related_objects([registrant], "signing_pins")
    return any(pin.signer == signer and pin.superseded_at is None for pin in registrant.signing_pins.all())


def missing_of(scene: Scene) -> list[tuple[ConsentForm, Signer]]:
    """Give each signature that the present course still needs, in the order of signing; none after an ending."""
    if scene.record is None or scene.record.course.ended_on is not None or scene.record.signatures is None:
        return []
    return list(unsigned(scene.record, scene.on))


def to_sign(scene: Scene) -> list[Signer]:
    """Give who has still something to sign by link or on paper."""
    missing = {signer for _, signer in missing_of(scene)}
    return [signer for signer in SIGN_BY_LINK if signer in missing]


def to_countersign(scene: Scene) -> list[ConsentForm]:
    """Give the forms on which only the prescriber's countersignature is missing."""
    missing = missing_of(scene)
    return [
        form for form, signer in missing if signer is Signer.PRESCRIBER and [f for f, _ in missing].count(form) == 1
    ]
