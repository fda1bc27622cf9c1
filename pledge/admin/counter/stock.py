"""What goes back to stock, what waits to be handed over, and one found by its number."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pledge.access import NotThere
from pledge.admin.counter.asking import NotAnswered, own, who
from pledge.admin.counter.forms import FindForm
from pledge.admin.counter.holding import held_by
from pledge.admin.doors import DOORS, Door
from pledge.admin.visitor import COUNTER, Visitor
from pledge.rules.calendar import program_day


@require_http_methods(["GET", "HEAD", "POST"])
def stock_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """List what goes back to stock and what waits to be handed over, or find one by its number."""
    at, form, stopped = timezone.now(), FindForm(request.POST or None), None
    _, pharmacy = who(visitor)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["rma_number"]
        try:
            own(visitor, number, at)
        except NotAnswered as caught:
            stopped = caught
        except NotThere:
            form.add_error("rma_number", "This pharmacy has no such number. Check it on the label, digit by digit.")
        else:
            return redirect("admin:counter_authorization", number)
    context = {
        **admin.site.each_context(request),
        "title": "Stock",
        "pharmacy": pharmacy,
        "on": program_day(at),
        "form": form,
        "stopped": stopped,
        "held": held_by(pharmacy, at),
    }
    return TemplateResponse(request, "pledge/admin/counter/stock.html", context)


DOORS.append(Door("counter/stock/", stock_page, "counter_stock", COUNTER, "Stock"))
