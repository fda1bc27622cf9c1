"""The service's doors, and the baseline beside them."""

from django.urls import path

from config.urls import urlpatterns as doors
from tests.benchmarks.baseline import registrant

urlpatterns = [*doors, path("baseline/<str:number>", registrant)]
