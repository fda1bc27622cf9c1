"""Where the pages of signing in are: before anyone is let in, and behind no permission."""

from collections.abc import Callable
from functools import partial

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pledge.admin.signin.pages import code_page, password_page, set_up_page, way_back_page

PAGES = (
    ("login/", "login", password_page),
    ("login/code/", "log_in_code", code_page),
    ("login/authenticator/", "set_up_authenticator", set_up_page),
    ("login/way-back/", "way_back_in", way_back_page),
)


def sign_in_patterns(site: AdminSite) -> list[URLPattern]:
    """Give the address of each page of signing in."""
    return [path(route, _guarded(page, site), name=name) for route, name, page in PAGES]


def _guarded(page: Callable[..., HttpResponse], site: AdminSite) -> Callable[..., HttpResponse]:
    only = require_http_methods(["GET", "HEAD", "POST"])
    return only(never_cache(csrf_protect(sensitive_post_parameters()(partial(page, site=site)))))
