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
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Rejected

RECORDED = "Recorded, as report {}. The program follows it up with the pharmacy; nothing more is to be done now."
RECORDED_BEFORE = (
    "The same was recorded already, as report {}, and is recorded once. Where it was handed over twice, report the "
    "second on a new form, and say so there."
)
NOT_RECORDED = (
    "This was not recorded. Since you opened this form, report {} was recorded for the same patient: {} days' supply, "
    "handed over on {}. Where what is typed here is another one, press Report it again, and it is recorded too."
)
NOBODY = "Nobody has this number and date of birth. Check both, digit by digit."
REPORT: Callable[..., Dispense] = report_dispense  # the frame takes ``memory`` beside an action's own arguments


class Other(Exception):
    """Since the form was shown, the pharmacy reported something else for the same person: ``row``."""

    def __init__(self, row: Dispense) -> None:
        """Take the newest such report."""
        self.row = row
        super().__init__("another report came between")


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
            told = _report(form, visitor)
        except NotAnswered as caught:
            stopped = caught
        except Rejected as rejected:
            field = rejected.field if rejected.field in form.fields else None
            form.add_error(field, f"{rejected.message[:1].upper()}{rejected.message[1:]}.")
        except Other as other:
            form = _asked_again(form, other.row)
        else:
            if told is not None:
                messages.success(request, told)
                return redirect("admin:index")
            form.add_error("number", NOBODY)
    title = "Report what was handed over without a number"
    context = {**admin.site.each_context(request), "title": title, "form": form, "stopped": stopped}
    return TemplateResponse(request, "pledge/admin/counter/report.html", context)


def _report(form: ReportForm, visitor: Visitor) -> str | None:
    """Record it and give what is to be told, also where an earlier press left the same; None where nobody is named.

    :raises Other: where something else was reported since the form was shown; nothing is recorded.
    :raises NotAnswered: where the pharmacy may name nobody now.
    :raises Rejected: for days that cannot be.
    """
    said, at = dict(form.cleaned_data), timezone.now()
    pharmacist, pharmacy = who(visitor)
    after, asked = said.pop("seen") or 0, Asked(said.pop("number"), said.pop("born_on"), said["days_supply"])
    registrant = named(visitor, asked, at, what="dispense reported")
    if registrant is None:
        return None
    memory = PressedOnce(f"report:{pharmacy.pk}:{registrant.pk}", lambda: _left(pharmacy, registrant, after))
    try:
        row = REPORT(
            registrant=registrant, pharmacy=pharmacy, pharmacist=pharmacist.own_id, **said, by=visitor.by(), at=at,
            memory=memory,
        )  # fmt: skip
    except DoneAlready as done:
        on, left = said["dispensed_on"] or program_day(at), done.outcome
        for one in left:
            if (one.days_supply, one.dispensed_on, one.note) == (said["days_supply"], on, said["note"]):
                return RECORDED_BEFORE.format(one.report_number)
        raise Other(left[0]) from done
    return RECORDED.format(row.report_number)


def _asked_again(form: ReportForm, between: Dispense) -> ReportForm:
    """Give the form with all that was typed, by which it is recorded though another report came between."""
    again = ReportForm({**{name: form.data.get(name) for name in form.fields}, "seen": str(between.pk)})
    again.add_error(
        None, NOT_RECORDED.format(between.report_number, between.days_supply, f"{between.dispensed_on:%B %-d, %Y}")
    )
    return again


def _newest(pharmacy: Pharmacy) -> int:
    own = Dispense.objects.filter(pharmacy=pharmacy, authorization=None)
    return own.order_by("-pk").values_list("pk", flat=True).first() or 0


def _left(pharmacy: Pharmacy, registrant: Registrant, after: int) -> list[Dispense] | None:
    """Give what the pharmacy reported for someone after another report, the newest first; None where nothing."""
    own = Dispense.objects.filter(pharmacy=pharmacy, authorization=None, registrant=registrant, pk__gt=after)
    return list(own.order_by("-pk")) or None


DOORS.append(Door("counter/report/", report, "counter_report", COUNTER, "Report"))
