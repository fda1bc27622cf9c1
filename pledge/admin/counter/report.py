"""A report that something was handed over without a number: kept, and raised with the program (section 7)."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.actions.authorizations import report_dispense
from pledge.admin.counter.asking import Asked, NotAnswered, named, who
from pledge.admin.counter.forms import AskForm
from pledge.admin.counter.once import DoneAlready, PressedOnce
from pledge.admin.doors import DOORS, Door
from pledge.admin.fields import DayField
from pledge.admin.visitor import COUNTER, Visitor
from pledge.models import Dispense, Pharmacy, Registrant
from pledge.rules.refusals import Rejected

RECORDED = "Recorded, as report {}. The program follows it up with the pharmacy; nothing more is to be done now."
NOBODY = "Nobody has this number and date of birth. Check both, digit by digit."
REPORT: Callable[..., Dispense] = report_dispense  # the frame takes ``memory`` beside an action's own arguments


class ReportForm(AskForm):
    """What happened; ``seen`` is the pharmacy's newest report when the form was shown."""

    dispensed_on = DayField(
        label="Day it was handed over", required=False, help_text="Today, where you leave it empty."
    )
    note = forms.CharField(
        label="What happened",
        max_length=500,
        required=False,
        help_text="For the program. No health matters, please.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    field_order = ["number", "born_on", "days_supply", "dispensed_on", "note"]


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Take a report, once."""
    _, pharmacy = who(visitor)
    posted, stopped = request.method == "POST", None
    form = ReportForm(request.POST) if posted else ReportForm(initial={"seen": _newest(pharmacy)})
    if posted and form.is_valid():
        try:
            reported = _report(form, visitor)
        except NotAnswered as caught:
            stopped = caught
        except Rejected as rejected:
            field = rejected.field if rejected.field in form.fields else None
            form.add_error(field, f"{rejected.message[:1].upper()}{rejected.message[1:]}.")
        else:
            if reported is not None:
                messages.success(request, RECORDED.format(reported.report_number))
                return redirect("admin:index")
            form.add_error("number", NOBODY)
    title = "Report what was handed over without a number"
    context = {**admin.site.each_context(request), "title": title, "form": form, "stopped": stopped}
    return TemplateResponse(request, "pledge/admin/counter/report.html", context)


def _report(form: ReportForm, visitor: Visitor) -> Dispense | None:
    """Record it and give the report, or the one that an earlier press left; None where nobody is named.

    :raises NotAnswered: where the pharmacy may name nobody now.
    :raises Rejected: for days that cannot be.
    """
    said, at = dict(form.cleaned_data), timezone.now()
    pharmacist, pharmacy = who(visitor)
    after, asked = said.pop("seen") or 0, Asked(said.pop("number"), said.pop("born_on"), said["days_supply"])
    registrant = named(visitor, asked, at)
    if registrant is None:
        return None
    memory = PressedOnce(f"report:{pharmacy.pk}:{registrant.pk}", lambda: _left(pharmacy, registrant, after))
    try:
        return REPORT(
            registrant=registrant, pharmacy=pharmacy, pharmacist=pharmacist.own_id, **said, by=visitor.by(), at=at,
            memory=memory,
        )  # fmt: skip
    except DoneAlready as done:
        return done.outcome


def _newest(pharmacy: Pharmacy) -> int:
    own = Dispense.objects.filter(pharmacy=pharmacy, authorization=None)
    return own.order_by("-pk").values_list("pk", flat=True).first() or 0


def _left(pharmacy: Pharmacy, registrant: Registrant, after: int) -> Dispense | None:
    own = Dispense.objects.filter(pharmacy=pharmacy, authorization=None, registrant=registrant, pk__gt=after)
    return own.order_by("-pk").first()


DOORS.append(Door("counter/report/", report, "counter_report", COUNTER, "Report"))
