"""Where each door is."""

from django.contrib import admin
from django.urls import include, path

from config.health import livez, readyz
from notifications.api import list_events
from pledge.admin.calendar.feed import calendar_feed

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("admin/", admin.site.urls),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar-feed"),
    path("api/v1/events", list_events),  # before the core's own, which answer whatever else is asked for
    path("", include("pledge.api.docs.urls")),  # before the calls, where an unknown address is a problem
    path("api/", include("pledge.api.urls")),
    path("", include("consents.pages.urls")),
]
