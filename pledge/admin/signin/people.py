"""A prescriber lets in who acts for them: no call center, and nobody else's designees."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.actions.may_let_in import check_may_let_in
from pledge.admin.doors import DOORS, Door
from pledge.admin.signin.steps import AboutLogIn, LetBackIn, Unlock
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene
from pledge.admin.visitor import Role, Visitor
from pledge.models import Designation
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected

PRESCRIBERS = frozenset({Role.PRESCRIBER})
PROGRAM_DOES = (
    "This is for the program to do. You let in those whom the program enrolled for you and who never acted for another "
    "prescriber, since their log-in opens the registrants of both. Ask a program administrator, who lets them back in "
    "or unlocks them."
)


@require_http_methods(["GET", "HEAD", "POST"])
def let_back_in(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Give a code to someone who acts for the visitor."""
    return _taken(request, visitor, pk, LetBackIn)


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Let someone who acts for the visitor try again at once."""
    return _taken(request, visitor, pk, Unlock)


def _taken(request: HttpRequest, visitor: Visitor, pk: int, step: type[AboutLogIn]) -> HttpResponse:
    at, by = timezone.now(), visitor.by()
    on = program_day(at)
    given = Designation.objects.in_force(on).filter(prescriber=by.prescriber, designee__user__isnull=False, designee=pk)
    designation = given.select_related("designee__user").first()
    user = designation.designee.user if designation is not None else None
    if designation is None or user is None:
        raise Http404("nobody of that number acts for the visitor")
    try:
        check_may_let_in(by, user, at)
    except Rejected:
        messages.warning(request, PROGRAM_DOES)
        return redirect("admin:designees")
    scene = Scene(visitor, by, on, designation.designee)
    return take_step(request, admin.site, step, scene, at=at, back=reverse("admin:designees"))


DOORS += [
    Door("people/<int:pk>/let-back-in/", let_back_in, "let_back_in", PRESCRIBERS),
    Door("people/<int:pk>/unlock/", unlock, "unlock", PRESCRIBERS),
]
