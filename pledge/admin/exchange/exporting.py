"""A list of registrants taken out as a file: asked for with a reason, fetched for a day by whoever asked (R47)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from pledge.actions.exports import LONGEST_REASON, make_export
from pledge.actions.steps import refuse_unattested
from pledge.admin.doors import DOORS, Door
from pledge.admin.exchange.cells import BYTE_ORDER_MARK, line_of
from pledge.admin.exchange.listed import record_listed
from pledge.admin.listing import records_of, standing_in
from pledge.admin.visitor import CLINIC, Visitor
from pledge.admin.whereabouts import Place, whereabouts
from pledge.admin.worklist.words import Listing, Narrowing, narrowing_of
from pledge.models import Prescriber, Registrant, RegistrantExport
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refused, Rejected
from pledge.rules.vocabulary import RiskCategory

HEADINGS = ("Number", "Name", "Where they stand", "In words", "Category", "Prescriber")
AT_A_TIME = 500
ANY = ("", "Any")


class ExportForm(forms.Form):
    """Asks for the list's own words, and why it is taken out."""

    prescriber = forms.ModelChoiceField(Prescriber.objects.none(), label="On behalf of", widget=forms.RadioSelect)
    place = forms.ChoiceField(label="Where they stand", choices=[ANY, *Place.choices()], required=False)
    category = forms.ChoiceField(label="Category", choices=[ANY, *RiskCategory.choices()], required=False)
    reason = forms.CharField(
        label="What it is for", max_length=LONGEST_REASON, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept in the trail with your name. Name no one here.",
    )  # fmt: skip

    def __init__(self, *args: Any, theirs: QuerySet[Prescriber], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["prescriber"].queryset = theirs  # type: ignore[attr-defined]
        self.only = theirs.first() if theirs.count() == 1 else None
        if self.only is not None:
            del self.fields["prescriber"]

    def words(self) -> dict[str, Any]:
        """Give what the list is narrowed to, as a saved filter keeps it.

        The prescriber is always among the words: a designee who acts for another one later fetches no more than this.
        """
        said = self.cleaned_data
        prescriber: Prescriber = self.only or said["prescriber"]
        return {**{name: said[name] for name in ("place", "category") if said[name]}, "prescriber": prescriber.pk}


@require_http_methods(["GET", "HEAD", "POST"])
def export_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask which list and why, and show what can be fetched now."""
    at = timezone.now()
    theirs = visitor.prescribers(program_day(at))
    form = ExportForm(request.POST or None, theirs=theirs, initial=_narrowing(request.GET.dict(), visitor).kept())
    if request.method == "POST" and form.is_valid():
        words = form.words()
        try:
            make_export(
                words=words, reason=form.cleaned_data["reason"], user=request.user,
                by=visitor.by(words.get("prescriber")), at=at,
            )  # fmt: skip
        except Refused as refused:
            return _refused(request, refused)
        except Rejected as rejected:
            form.add_error(
                rejected.field if rejected.field in form.fields else None,
                rejected.message[:1].upper() + rejected.message[1:] + ".",
            )
        else:
            return redirect("admin:export")
    own = RegistrantExport.objects.filter(user=request.user.pk, expires_at__gt=at)
    context = {
        **admin.site.each_context(request),
        "title": "Export a list",
        "form": form,
        "exports": [(one, _in_words(one, visitor)) for one in own],
        "hours": settings.EXPORT_HOURS,
        "headings": HEADINGS,
    }
    return TemplateResponse(request, "pledge/admin/exchange/export.html", context)


@require_safe
def file_view(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Give the file, of the registrants as they are now, to the log-in that asked for it and until it expires."""
    at = timezone.now()
    export = RegistrantExport.objects.filter(pk=pk, user=request.user.pk).first()
    if export is None:
        raise Http404("there is no such list of yours")
    if export.expires_at <= at:
        page = {**admin.site.each_context(request), "title": "Export a list", "hours": settings.EXPORT_HOURS}
        return TemplateResponse(request, "pledge/admin/exchange/expired.html", page, status=410)
    on, by = program_day(at), visitor.by(export.words.get("prescriber"))
    try:
        refuse_unattested(by, at)  # it may have run out, or been suspended, since the list was asked for
    except Refused as refused:
        return _refused(request, refused)
    rows = list(_rows(export, visitor, on).values_list("pk", "number"))
    record_listed([number for _, number in rows], what="registrants_exported", by=by, at=at)
    return StreamingHttpResponse(  # type: ignore[return-value]  # both are answers to Django
        _lines([pk for pk, _ in rows], on),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="list-{on.isoformat()}.csv"'},
    )


def _refused(request: HttpRequest, refused: Refused) -> TemplateResponse:
    page = {**admin.site.each_context(request), "title": "Export a list", "reasons": refused.refusals}
    return TemplateResponse(request, "pledge/admin/exchange/refused.html", page, status=403)


def _narrowing(words: dict[str, Any], visitor: Visitor) -> Narrowing:
    return narrowing_of(words, Listing.REGISTRANTS, visitor)


def _rows(export: RegistrantExport, visitor: Visitor, on: date) -> QuerySet[Registrant]:
    """Give the registrants of an export as its visitor may see them now; of a prescriber they left, none."""
    narrowing = _narrowing(export.words, visitor)
    rows = visitor.registrants()
    if narrowing.prescriber_id is None:
        return rows.none()
    rows, place = narrowing.among(rows), narrowing.words.get("place")
    return (standing_in(rows, Place(place), on) if place is not None else rows).order_by("name", "number")


def _lines(keys: list[int], on: date) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line_of(HEADINGS)
    for first in range(0, len(keys), AT_A_TIME):
        some = keys[first : first + AT_A_TIME]
        rows = Registrant.objects.select_related("prescriber").in_bulk(some)
        records = records_of(some, on, with_signatures=True)
        for key in some:
            if key in rows and key in records:
                yield line_of(_cells(rows[key], whereabouts(records[key], on)))


def _cells(row: Registrant, stands: Any) -> tuple[str, ...]:
    return (row.number, row.name, stands.place.label, stands.sentence, RiskCategory(row.category).label,
            row.prescriber.name)  # fmt: skip


def _in_words(export: RegistrantExport, visitor: Visitor) -> str:
    narrowing = _narrowing(export.words, visitor)
    said = [word.label for word in narrowing.words.values()]
    theirs = visitor.by(narrowing.prescriber_id).on_behalf_of
    return ", ".join([*(said or ["All registrants"]), *([theirs] if theirs else [])])


DOORS += [
    Door("export/", export_view, "export", CLINIC, "Export"),
    Door("export/<int:pk>/list.csv", file_view, "export_file", CLINIC),
]
