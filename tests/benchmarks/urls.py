"""The service's doors and the baseline."""

from django.urls import include, path

from tests.benchmarks.baseline import registrant

urlpatterns = [path("baseline/<str:number>", registrant), path("", include("config.urls"))]
