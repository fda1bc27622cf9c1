"""The dated rules side by side: what differs, when each takes effect, and their approval before that."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.actions import editions
from pledge.admin.doors import DOORS, Door
from pledge.admin.oversight.approvals import Stand, stands
from pledge.admin.party_steps import StaffStep
from pledge.admin.stepping import take_step
from pledge.admin.steps import Scene
from pledge.admin.visitor import OVERSIGHT, STAFF, Role, Visitor
from pledge.rules.calendar import program_day
from pledge.rules.editions import EDITIONS
from pledge.rules.rulebook import parameters


class ApproveEdition(StaffStep):
    """Approves an edition or overlay as it was read."""

    slug, title, button = "approve", "Approve these rules", "Approve"
    explanation = (
        "Two administrators approve an edition before it takes effect, each on their own. What is approved is exactly "
        "what you read here: should a date or a number change, it is approved anew."
    )
    subject_as = ""
    form_template = "pledge/admin/oversight/approve.html"
    input_names = {"digest": "agreed", "name": "agreed", "by": "agreed"}
    act = staticmethod(editions.approve_edition)

    agreed = forms.BooleanField(label="I have read all of it, and the program may judge by it from its first day")
    note = forms.CharField(label="Note", required=False, max_length=editions.LONGEST_NOTE)

    def prepare(self) -> None:
        digest = self.scene.subject.digest
        self.fields["digest"] = forms.CharField(widget=forms.HiddenInput, initial=digest)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"name": self.scene.subject.rules.name, "digest": said["digest"], "note": said["note"]}

    def done(self, outcome: Any) -> str:
        return f"Your approval of {outcome} is recorded."


@require_safe
def rules_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show every edition and overlay, with who approved it."""
    on = program_day(timezone.now())
    shown = stands(on)
    table = zip(*(parameters(edition) for edition in reversed(EDITIONS)), strict=True)
    context = {
        **admin.site.each_context(request),
        "title": "Rules",
        "stands": [(stand, _may_approve(stand, visitor)) for stand in shown],
        "columns": [stand for stand in shown if stand.is_edition],
        "rows": [(same[0].label, _cells([parameter.words for parameter in same])) for same in table],
    }
    return TemplateResponse(request, "pledge/admin/oversight/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def approve_view(request: HttpRequest, visitor: Visitor, name: str) -> HttpResponse:
    """Show one edition or overlay whole, and take an administrator's approval of it."""
    at = timezone.now()
    on = program_day(at)
    stand = next((one for one in stands(on) if one.rules.name == name), None)
    if stand is None:
        raise Http404("no such rules are dated")
    scene = Scene(visitor, visitor.by(), on, stand)
    back = reverse("admin:rules")
    return take_step(request, admin.site, ApproveEdition, scene, at=at, back=back, stand=stand)


def _may_approve(stand: Stand, visitor: Visitor) -> bool:
    return visitor.role is Role.PROGRAM and stand.waits and not stand.approved_by(visitor.by().id)


def _cells(words: list[str]) -> list[tuple[str, bool]]:
    """Give each edition's words, newest first, and whether they are other than the next older one's."""
    older = [*words[1:], words[-1]]
    return [(said, said != before) for said, before in zip(words, older, strict=True)]


DOORS.append(Door("rules/", rules_view, "rules", OVERSIGHT, "Rules"))
DOORS.append(Door("rules/<str:name>/approve/", approve_view, "rules_approve", STAFF))
