"""Where each of the pharmacies' calls is; whatever else is below the API's root is a problem of its own."""

from django.urls import path, re_path

from pledge.api import views
from pledge.api.door import by_method, unknown_address
from pledge.api.sandbox import views as sandbox_views  # noqa: F401 - registers what answers test keys

urlpatterns = [
    path("v1/eligibility-checks", views.eligibility_checks),
    path("v1/eligibility-checks/batch", views.eligibility_batch),
    path("v1/authorizations", by_method(views.list_authorizations, views.ask_authorization)),
    path("v1/authorizations/<str:rma_number>", views.show_authorization),
    path("v1/authorizations/<str:rma_number>/dispense", views.dispense),
    path("v1/authorizations/<str:rma_number>/reverse", views.reverse),
    path("v1/dispenses-without-authorization", views.report_dispense),
    path("v1/pharmacy", views.show_pharmacy),
    path("v1/openapi.json", views.openapi),
    re_path(r"", unknown_address),
]
