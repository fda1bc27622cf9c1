"""The pages of an import: choose a file, see what it would do, do exactly that, and take it back."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledge.actions.imports import begin_import
from pledge.admin.doors import DOORS, Door
from pledge.admin.exchange.kept import Kept, unsealed
from pledge.admin.exchange.listed import record_listed
from pledge.admin.exchange.reading import COLUMNS, Unreadable, rows_of, text_of, too_large
from pledge.admin.exchange.rows import judged
from pledge.admin.exchange.scope import beyond_scope
from pledge.admin.exchange.taking import Judged, Verdict, count_of, take_rows
from pledge.admin.exchange.undoing import rows_to_take_back, take_back
from pledge.admin.visitor import CLINIC, Visitor
from pledge.models import Prescriber, RegistrantImport
from pledge.rules.calendar import program_day
from pledge.rules.refusals import Refused, Rejected
from pledge.rules.vocabulary import Basis, RiskCategory, Scope

ROWS_SHOWN = 200  # of each kind on one page
IMPORTS_SHOWN = 20
EXAMPLE = (
    ",".join(COLUMNS),
    "Robin Reyes,1998-04-02,can_become_pregnant,,robin@example.com,,,en,America/New_York",
    "Sam Soto,11/30/2010,cannot_become_pregnant,cisgender_male,,Alex Soto,alex@example.com,es,America/Chicago",
)


class FileForm(forms.Form):
    """Asks for the file, and for whom it is where the visitor acts for several."""

    prescriber = forms.ModelChoiceField(Prescriber.objects.none(), label="On behalf of", widget=forms.RadioSelect)
    file = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))

    def __init__(self, *args: Any, theirs: QuerySet[Prescriber], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["prescriber"].queryset = theirs  # type: ignore[attr-defined]
        self.fields[
            "file"
        ].help_text = f"At most {settings.IMPORT_ROWS_MOST:,} rows and {settings.IMPORT_BYTES_MOST // 1024} KB."
        self.only = theirs.first() if theirs.count() == 1 else None
        if self.only is not None:
            del self.fields["prescriber"]

    def clean_file(self) -> str:
        """Give the file's text; how large it is, is judged before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_BYTES_MOST:
            raise ValidationError(too_large())
        try:
            return text_of(file.read())
        except Unreadable as why:
            raise ValidationError(list(why.reasons)) from why

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "file" in said:
            try:
                said["rows"] = judged(rows_of(said["file"]))
            except Unreadable as why:
                self.add_error("file", ValidationError(list(why.reasons)))
            else:
                if not said["rows"]:
                    self.add_error("file", "There is no row below the first line.")
        said.setdefault("prescriber", self.only)
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def import_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for a file, and show what importing it would do."""
    at = timezone.now()
    if not visitor.may(Scope.ENROLLMENT):
        return beyond_scope(request, visitor, Scope.ENROLLMENT, "Import registrants")
    theirs = visitor.prescribers(program_day(at), Scope.ENROLLMENT)
    form = FileForm(request.POST or None, request.FILES or None, theirs=theirs)
    if request.method == "POST" and form.is_valid():
        prescriber: Prescriber = form.cleaned_data["prescriber"]
        kept = Kept(form.cleaned_data["file"], prescriber.pk, request.user.pk or 0)
        found = take_rows(form.cleaned_data["rows"], prescriber, by=visitor.by(prescriber.pk), at=at)
        return _shown(request, found, prescriber, kept=kept)
    own = RegistrantImport.objects.filter(prescriber__in=theirs).select_related("prescriber", "user")
    context = {
        "title": "Import registrants",
        "form": form,
        "columns": COLUMNS,
        "categories": list(RiskCategory),
        "bases": list(Basis),
        "languages": settings.LANGUAGES,
        "imports": own.annotate(count=Count("registrants"))[:IMPORTS_SHOWN],
        "several": theirs.count() > 1,
    }
    return TemplateResponse(
        request, "pledge/admin/exchange/import.html", {**admin.site.each_context(request), **context}
    )


@require_POST
def take_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Import the file that was checked: exactly its text, for the prescriber it was checked for."""
    at = timezone.now()
    kept = unsealed(request.POST.get("kept", ""), request.user.pk or 0)
    theirs = visitor.prescribers(program_day(at), Scope.ENROLLMENT)
    prescriber = theirs.filter(pk=kept.prescriber).first() if kept is not None else None
    if kept is None or prescriber is None:
        context = {"title": "Import registrants", "minutes": settings.IMPORT_WAITS_MINUTES}
        page = {**admin.site.each_context(request), **context}
        return TemplateResponse(request, "pledge/admin/exchange/too_late.html", page, status=409)
    by = visitor.by(prescriber.pk)
    try:
        taken_in = begin_import(prescriber=prescriber, file_digest=kept.digest, user=request.user, by=by, at=at)
    except Rejected as rejected:
        return _shown(request, [], prescriber, stopped=rejected.message[:1].upper() + rejected.message[1:] + ".")
    except Refused as refused:
        return _shown(request, [], prescriber, reasons=refused.refusals)
    found = take_rows(judged(rows_of(kept.text)), prescriber, taken_in=taken_in, by=by, at=at)
    return _shown(request, found, prescriber, taken_in=taken_in)


def _shown(request: HttpRequest, found: list[Judged], prescriber: Prescriber, **others: Any) -> HttpResponse:
    kept: Kept | None = others.pop("kept", None)
    counts = count_of(found)
    wrong = [one for one in found if one.verdict is Verdict.WRONG]
    right = [one for one in found if one.verdict is not Verdict.WRONG]
    new = counts[Verdict.ENROLLED.value] + counts[Verdict.AGAIN.value]
    context = {
        "title": "Before it is imported" if kept else "Imported",
        "prescriber": prescriber,
        "kept": kept.sealed() if kept and new else "",
        "checked": kept is not None,
        "new": new,
        "there": counts[Verdict.THERE.value],
        "left_out": len(wrong),
        "wrong": wrong[:ROWS_SHOWN],
        "right": right[:ROWS_SHOWN],
        "more_wrong": max(len(wrong) - ROWS_SHOWN, 0),
        "more_right": max(len(right) - ROWS_SHOWN, 0),
        **others,
    }
    page = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, "pledge/admin/exchange/checked.html", page)


@require_safe
def example_view(request: HttpRequest, visitor: Visitor) -> HttpResponse:  # noqa: ARG001 - a door's own
    """Give a small file to begin with."""
    content = "\ufeff" + "\r\n".join(EXAMPLE) + "\r\n"
    headers = {"Content-Disposition": 'attachment; filename="registrants-example.csv"'}
    return HttpResponse(content.encode(), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def one_import_view(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Show whom an import enrolled, and take back those to whom nothing else has happened."""
    at = timezone.now()
    taken_in = _own(visitor, pk, program_day(at))
    by = visitor.by(taken_in.prescriber_id)
    results, problem = [], ""
    if request.method == "POST" and request.POST.get("sure"):
        results = take_back(taken_in, by=by, at=at)
    elif request.method == "POST":
        problem = "Tick that you have looked at the list."
    rows = rows_to_take_back(taken_in)
    record_listed([row.imported.registrant.number for row in rows], what="import_read", by=by, at=at)
    context = {
        **admin.site.each_context(request),
        "title": "One import",
        "taken_in": taken_in,
        "rows": rows,
        "results": results,
        "done": sum(not result.reason for result in results),
        "problem": problem,
        "free": sum(not row.reason for row in rows),
    }
    return TemplateResponse(request, "pledge/admin/exchange/one.html", context)


def _own(visitor: Visitor, pk: int, on: date) -> RegistrantImport:
    theirs = visitor.prescribers(on, Scope.ENROLLMENT)
    found = RegistrantImport.objects.filter(prescriber__in=theirs, pk=pk).select_related("prescriber", "user").first()
    if found is None:
        raise Http404("there is no such import of yours")
    return found


DOORS += [
    Door("import/", import_view, "import", CLINIC, "Import", Scope.ENROLLMENT),
    Door("import/example.csv", example_view, "import_example", CLINIC),
    Door("import/take/", take_view, "import_take", CLINIC),
    Door("import/<int:pk>/", one_import_view, "import_one", CLINIC),
]
