"""Where the documentation is; each page opens with and without its last slash, as an address is typed or pasted."""

from django.urls import path, re_path

from pledge.api.docs import views

urlpatterns = [
    re_path(r"^api/docs/?$", views.documentation, name="api-documentation"),
    path("api/docs/pledge_pharmacy.py", views.python_client, name="api-python-client"),
    re_path(r"^problems/?$", views.problem_types, name="api-problems"),
    re_path(r"^problems/(?P<name>[a-z0-9-]{1,64})/?$", views.problem_type, name="api-problem"),
]
