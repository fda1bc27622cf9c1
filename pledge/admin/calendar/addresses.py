"""The steps that make and revoke the address for calendar programs, and their page."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.actions import feeds
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene, Step
from pledge.admin.visitor import Visitor
from pledge.rules.calendar import program_day
from pledge.trail import By


class FeedStep(Step):
    """A step about the visitor's own address."""

    subject_as = ""

    def given(self) -> dict[str, Any]:
        return {"user": _log_in_of(self.scene.by)}


class MakeAddress(FeedStep):
    """Makes the address, or a new one in place of the old."""

    slug, title = "make", "Make an address for my calendar program"
    button = "Make the address"
    explanation = (
        "A calendar program reads your dates at an address of its own. What it reads says “Pledge: a task is to be "
        "finished by today” and leads here; it never says whom or what a task is about. The address is shown once. "
        "If you have one already, it stops working."
    )
    outcome_template = "pledge/admin/calendar/address.html"
    act = staticmethod(feeds.make_feed)


class RevokeAddress(FeedStep):
    """Revokes the address."""

    slug, title = "revoke", "Revoke the address of my calendar program"
    button = "Revoke it"
    explanation = "Your calendar program can read nothing more from now on. What it has read, it may go on showing."
    act = staticmethod(feeds.revoke_feed)

    def done(self, outcome: Any) -> str:
        return "The address is revoked."


FEED_STEPS = {taken.slug: taken for taken in (MakeAddress, RevokeAddress)}


@require_http_methods(["GET", "HEAD", "POST"])
def address_page(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """Take a step about the visitor's own address."""
    if slug not in FEED_STEPS:
        raise Http404("there is no such step")
    at = timezone.now()
    scene = Scene(visitor, visitor.by(), program_day(at))
    answer = take_step(request, admin.site, FEED_STEPS[slug], scene, at=at, back=reverse("admin:calendar"))
    shown = getattr(answer, "context_data", {})
    if isinstance(shown.get("outcome"), feeds.MadeFeed):
        here = settings.PUBLIC_ADDRESS or request.build_absolute_uri("/").rstrip("/")
        shown["address"] = here + reverse("calendar-feed", args=[shown["outcome"].secret])
    return answer


def _log_in_of(by: By) -> Any:
    party = by.designee or by.prescriber
    return party.user if party is not None else None
