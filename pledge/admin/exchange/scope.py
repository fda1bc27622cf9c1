"""What a designee finds at a page that is beyond what they were given: who can widen it."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from pledge.admin.visitor import Visitor
from pledge.rules.vocabulary import Scope


def beyond_scope(request: HttpRequest, visitor: Visitor, scope: Scope, title: str) -> TemplateResponse:
    """Say that no designation reaches a scope."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "scope": scope,
        "prescribers": [by.prescriber for by in visitor.acts_as],
        "back": reverse("admin:designations"),
    }
    return TemplateResponse(request, "pledge/admin/out_of_scope.html", context, status=403)
