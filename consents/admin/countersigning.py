"""What waits for a prescriber's countersignature: shown as it was signed, ticked, and countersigned one by one."""

from datetime import date, datetime
from typing import NamedTuple

from django.contrib import admin
from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consents.actions.signing import countersign
from consents.admin.passwords import password_refused
from consents.admin.previews import Preview, preview_of
from consents.models import SignedConsent
from consents.names import name_of, same_name
from pledge.admin.panels import Pointer
from pledge.admin.scene import Scene
from pledge.admin.visitor import Role, Visitor, visitor_of
from pledge.models import Prescriber, Registrant
from pledge.rules.calendar import program_day
from pledge.rules.enrollment import REQUIRED_FORMS, missing_signers
from pledge.rules.history import Signature
from pledge.rules.refusals import Refusal, Refused, Rejected
from pledge.rules.vocabulary import ConsentForm, RiskCategory, Signer
from pledge.trail import By, record_access

MOST_SHOWN = 20


class Waiting(NamedTuple):
    """One form of one registrant, with the signatures already under it in the order of signing."""

    registrant: Registrant
    form: ConsentForm
    signed: list[SignedConsent]

    @property
    def shown(self) -> list[Preview]:
        """Each signature as it was given."""
        return [preview_of(one) for one in self.signed]

    @property
    def known(self) -> list[tuple[SignedConsent, str]]:
        """Each signature, with the name that the clinic has of its signer where that is another one."""
        return [(one, _known_otherwise(self.registrant, one)) for one in self.signed]

    @property
    def key(self) -> str:
        """What its check box says."""
        return f"{self.registrant.number}:{self.form.value}"


def _known_otherwise(registrant: Registrant, signature: SignedConsent) -> str:
    known, written = name_of(registrant, signature.signer), signature.signer_name
    return known if known and written and not same_name(known, written) else ""


class Result(NamedTuple):
    """What came of one: nothing to say where it was countersigned, else every reason."""

    waiting: Waiting
    refusals: list[Refusal]
    rejected: str = ""

    @property
    def done(self) -> bool:
        """Whether it is countersigned now."""
        return not self.refusals and not self.rejected


def waiting_for(prescriber: Prescriber, on: date) -> list[Waiting]:
    """Give the forms of a prescriber's registrants on which nobody's signature is missing but the prescriber's."""
    later = SignedConsent.objects.filter(registrant=OuterRef("registrant"), form_version=OuterRef("form_version"))
    countersigned = Exists(later.filter(signer=Signer.PRESCRIBER, signed_at__gte=OuterRef("signed_at")))
    rows = (
        SignedConsent.objects.counting()
        .filter(
            registrant__prescriber=prescriber,
            registrant__merged_into=None,
            registrant__courses__is_current=True,
            registrant__courses__ended_on=None,
            signed_at__gte=F("registrant__courses__consents_since"),
        )
        .exclude(countersigned)
    )
    groups: dict[tuple[int, int], list[SignedConsent]] = {}
    for row in rows.select_related("registrant", "form_version", "text").order_by("signed_at", "id"):
        groups.setdefault((row.registrant_id, row.form_version_id), []).append(row)
    return [one for signed in groups.values() if (one := _waiting(signed, on)) is not None]


def _waiting(signed: list[SignedConsent], on: date) -> Waiting | None:
    registrant, version = signed[0].registrant, signed[0].form_version
    form = ConsentForm(version.form)
    facts = [Signature(form, version.version, Signer(row.signer), row.signed_on, None) for row in signed]
    only_the_prescriber = missing_signers(facts, registrant.born_on, on) == (Signer.PRESCRIBER,)
    if not only_the_prescriber or form not in REQUIRED_FORMS[RiskCategory(registrant.category)]:
        return None
    return Waiting(registrant, form, signed)


@require_http_methods(["GET", "HEAD", "POST"])
def to_countersign_view(request: HttpRequest) -> HttpResponse:
    """Show what waits for the prescriber who is here, and countersign what they ticked."""
    at, visitor = timezone.now(), visitor_of(request)
    if visitor is None or visitor.role is not Role.PRESCRIBER:
        raise Http404("nothing is to be countersigned here")
    by = visitor.by()
    prescriber: Prescriber = by.prescriber  # type: ignore[assignment]
    results: list[Result] = []
    problem = ""
    if request.method == "POST":
        waiting = {one.key: one for one in waiting_for(prescriber, program_day(at))}
        chosen = [waiting[key] for key in dict.fromkeys(request.POST.getlist("form")) if key in waiting]
        problem = _problem(request, chosen, by, at)
        if not problem:
            results = [_countersign(one, visitor, at) for one in chosen]
    first = request.GET.get("first", "")
    everything = sorted(waiting_for(prescriber, program_day(at)), key=lambda one: one.registrant.number != first)
    shown = everything[:MOST_SHOWN]
    for registrant in {one.registrant.pk: one.registrant for one in shown}.values():
        record_access(what="to_countersign_read", by=by, at=at, registrant=registrant)
    context = {
        **admin.site.each_context(request),
        "title": "To countersign",
        "waiting": shown,
        "further": len(everything) - len(shown),
        "results": results,
        "done": sum(result.done for result in results),
        "problem": problem,
        "ticked": request.POST.getlist("form") if problem else [],
    }
    return TemplateResponse(request, "consents/admin/to_countersign.html", context)


def _problem(request: HttpRequest, chosen: list[Waiting], by: By, at: datetime) -> str:
    if not chosen:
        return "Tick what you countersign."
    return password_refused(by, request.POST.get("password", ""), None, at)


def _countersign(one: Waiting, visitor: Visitor, at: datetime) -> Result:
    """Countersign one form in a transaction of its own, so that one that is refused holds up no other."""
    registrant = visitor.registrants().filter(pk=one.registrant.pk).first()
    if registrant is None:
        return Result(one, [], "the registrant was handed over meanwhile")
    try:
        countersign(registrant=registrant, form=one.form, by=visitor.by(), at=at)
    except Refused as refused:
        return Result(one, list(refused.refusals))
    except Rejected as rejected:
        return Result(one, [], rejected.message)
    return Result(one, [])


def pointer(visitor: Visitor, at: datetime) -> Pointer | None:
    """Point a prescriber to what waits for their countersignature."""
    prescriber = visitor.by().prescriber
    if visitor.role is not Role.PRESCRIBER or prescriber is None:
        return None
    count = len(waiting_for(prescriber, program_day(at)))
    label = f"Countersign {count} form{'' if count == 1 else 's'}"
    return Pointer(label, reverse("admin:consents_to_countersign")) if count else None


def place(scene: Scene) -> str:
    """Lead from a registrant's row and page to their forms, with what was signed; the others that wait follow."""
    number = scene.subject.number
    return f"{reverse('admin:consents_to_countersign')}?first={number}"
