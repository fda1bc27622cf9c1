"""Who is at the signers' pages: the request behind a link, and the visit behind a cookie."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import activate, get_language

from consents.actions.steps import Denied
from consents.actions.visits import choose_language, touch
from consents.links import request_of, state_of, visit_of
from consents.models import SignedConsent, SigningRequest, Visit
from consents.owed import texts_to_sign
from consents.pages.page import host_only, is_switch, onward, page, shown
from consents.secrets import digest_of_token
from consents.vocabulary import SIGNING_LANGUAGES, Language, LinkState
from pledge.access import registrants_for
from pledge.admin.visitor import visitor_behind
from pledge.models import Course
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refused, Rejected
from pledge.trail import By, by_registrant

P = ParamSpec("P")

VISIT_COOKIE = "signing"
NOT_FOUND, UNPROVEN, TIMED_OUT, DENIED = 404, 403, 401, 403


@dataclass(frozen=True)
class Visitor:
    """A signer who has proven who they are, at an instant."""

    token: str
    asked: SigningRequest
    visit: Visit
    by: By
    at: datetime

    @property
    def courses(self) -> QuerySet[Course]:
        """The request's course, with those that a change of category parts from it: their consents count together."""
        course = self.asked.course
        return Course.objects.filter(registrant=course.registrant_id, consents_since=course.consents_since)

    def address(self, name: str, *args: object) -> str:
        """Give the address of one of this link's pages."""
        return reverse(name, args=[self.token, *args])

    def shown(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """Give a page of the visit."""
        return shown(
            request,
            template,
            token=self.token,
            visit=self.visit,
            minutes=settings.SIGNING_IDLE_MINUTES,
            may_choose_paper=self.may_choose_paper,  # called where a page offers it
            **context,
        )

    def may_choose_paper(self) -> bool:
        """Tell whether anything is left that could be signed on paper; where that is not known, it may."""
        try:
            return bool(texts_to_sign(self.asked, self.visit.language, self.at))
        except (Refused, Rejected):
            return True


def open_request(token: str, at: datetime) -> SigningRequest | None:
    """Give the request of a link that can be used, or None, whatever is the matter with it."""
    asked = request_of(token)
    if asked is None or state_of(asked, at) is not LinkState.OPEN:
        return None
    asked.registrant = registrants_for(by_signer(asked)).get()
    return asked


def closed(request: HttpRequest, **context: Any) -> HttpResponse:
    """Give the one page for every link that cannot be used; it tells nobody which links there are."""
    return shown(request, "closed.html", **{"status": NOT_FOUND, **context})


def not_yours(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say that nobody signs for another person, and how the one who was invited can."""
    return visitor.shown(request, "not_yours.html", status=DENIED)


def turned_away(request: HttpRequest, visitor: Visitor, rejected: Rejected) -> HttpResponse:
    """Answer to what no field of the page can put right: another's try, or a visit that has ended meanwhile."""
    return not_yours(request, visitor) if isinstance(rejected, Denied) else onward(visitor.address("sign-forms"))


def language_of_reader() -> Language:
    """Give the language in which this page is read."""
    spoken = get_language() or ""
    return Language(spoken) if spoken in SIGNING_LANGUAGES else Language.ENGLISH


def by_signer(asked: SigningRequest) -> By:
    """Give the actor for whoever a request was sent to."""
    return by_registrant(asked.registrant, asked.signer)


def by_whom(request: HttpRequest, asked: SigningRequest) -> By:
    """Give the actor: the signer, unless someone of the staff is logged in to this browser; they sign for nobody."""
    if not request.user.is_authenticated:
        return by_signer(asked)
    staff = visitor_behind(request.user, program_day(timezone.now()))
    return staff.by() if staff else By("staff", str(request.user.pk), request.user.get_username())


def in_visit(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Make a view a page that only a signer sees who has proven who they are; seeing it keeps the visit alive."""

    def proven(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = timezone.now()
        asked = open_request(token, at)
        if asked is None:
            return closed(request)
        visit = visit_in(request, asked, at)
        if visit is None:
            known = _was_here(request, asked)
            minutes = settings.SIGNING_IDLE_MINUTES
            status = TIMED_OUT if known else UNPROVEN
            return shown(request, "again.html", status=status, token=token, timed_out=known, minutes=minutes)
        touch(visit=visit, by=by_signer(asked), at=at)
        activate(visit.language)
        return view(request, Visitor(token, asked, visit, by_whom(request, asked), at), *args, **kwargs)

    framed = page(proven)

    @wraps(view)
    def with_switch(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_switch(request):
            _keep_language(request, token, timezone.now())
        return framed(request, token, *args, **kwargs)

    return with_switch


def with_disclosures(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Make a view a page of a visit in which the disclosures about electronic records were accepted first."""

    @in_visit
    @wraps(view)
    def informed(request: HttpRequest, visitor: Visitor, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if visitor.visit.disclosures_accepted_at is None:
            return onward(visitor.address("sign-records"))
        return view(request, visitor, *args, **kwargs)

    return informed


def signed_by(visitor: Visitor) -> QuerySet[SignedConsent]:
    """Give what this signer has signed that counts in the course of the request."""
    mine = SignedConsent.objects.filter(course__in=visitor.courses, signer=visitor.asked.signer)
    return mine.select_related("text__form_version", "form_version")


def visit_in(request: HttpRequest, asked: SigningRequest, at: datetime) -> Visit | None:
    """Give the visit of this browser where it can go on and is one to this very link."""
    visit = visit_of(request.COOKIES.get(host_only(VISIT_COOKIE), ""), at)
    return visit if visit is not None and visit.request_id == asked.pk else None


def _was_here(request: HttpRequest, asked: SigningRequest) -> bool:
    digest = digest_of_token(request.COOKIES.get(host_only(VISIT_COOKIE), ""))
    return Visit.objects.filter(token_digest=digest, request=asked).exists()


def _keep_language(request: HttpRequest, token: str, at: datetime) -> None:
    """Keep the language that was switched to with the visit too: what is signed next is in it."""
    asked, choice = open_request(token, at), request.POST["switch"]
    visit = visit_in(request, asked, at) if asked else None
    if asked is not None and visit is not None and choice in SIGNING_LANGUAGES:
        with suppress(Rejected):  # the visit ended meanwhile: the page says so
            choose_language(visit=visit, language=Language(choice), by=by_signer(asked), at=at)
