"""The admin's door: only who acts in the program is let in, and sees what is theirs."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from pledge.admin.doors import HOMES, patterns, ways_for
from pledge.admin.signin.addresses import sign_in_patterns
from pledge.admin.signin.session import stay_of
from pledge.admin.visitor import visitor_of

# Django's own detour to a row's public page, which no row of ours has, and its log-in and password pages.
UNUSED_ADDRESSES = {"view_on_site", "login", "password_change", "password_change_done"}
# In the order of a working day; what is not named here is found on the first page, further down.
SECTIONS = (
    ("People", ("Registrant", "Prescriber", "Designee", "Pharmacy", "Pharmacist", "Wholesaler")),
    ("Work", ("FollowUp", "Deviation")),
    ("Record", ("ProgramEvent", "Notice", "Authorization", "SignedConsent", "ConsentRecord", "Scan", "AccessEntry")),
    ("Set-up", ("PharmacyKey", "FormVersion", "User")),
)


class ProgramSite(AdminSite):
    """Django's admin, for prescribers, their designees and program administrators.

    A page that is not the visitor's is not there: 404, whether it exists or not. Instants are shown in their zone.
    """

    site_header = "Pledge"
    site_title = "Pledge"
    index_title = "The program"
    site_url = None
    enable_nav_sidebar = False
    logout_template = "pledge/admin/signin/logged_out.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return visitor_of(request) is not None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        visitor = visitor_of(request)
        if visitor is not None and visitor.role in HOMES:
            return HOMES[visitor.role](request, self, visitor)
        return super().index(request, extra_context)

    @method_decorator(require_safe)
    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return super().app_index(request, app_label, extra_context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        visitor = visitor_of(request)
        if visitor is None:
            return {**super().each_context(request), "visitor": None, "ways": []}
        rest = {"visitor": visitor, "ways": ways_for(visitor), "stays": stay_of(request)}
        return {**super().each_context(request), **rest}

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        answer = super().logout(request, extra_context)
        answer["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return answer

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        sections = [(title, [models[name] for name in names if name in models]) for title, names in SECTIONS]
        return [
            {"name": title, "app_label": title.lower(), "app_url": "", "has_module_perms": True, "models": theirs}
            for title, theirs in sections
            if theirs
        ]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's own
        door = super().admin_view(view, cacheable)

        def in_their_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            visitor = visitor_of(request)
            with timezone.override(visitor.zone if visitor else None):
                try:
                    response: HttpResponse = door(request, *args, **kwargs)
                except PermissionDenied as denied:
                    raise Http404("there is no such page") from denied
                if visitor is None and request.method == "POST" and response.status_code == 302:
                    response["Location"] += "&unsent" if "?" in response["Location"] else "?unsent"
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response

        return update_wrapper(in_their_zone, door)

    def get_urls(self) -> list[Any]:
        own = [url for url in super().get_urls() if getattr(url, "name", None) not in UNUSED_ADDRESSES]
        return [*sign_in_patterns(self), *patterns(self.admin_view), *own]
