"""Where each door of the demo is: the service's own, a first page, and the mail it sent."""

from django.urls import path

from config.demo import pages
from config.urls import urlpatterns as doors

urlpatterns = [
    path("", pages.first_page),
    path("demo/codes/", pages.codes, name="current-codes"),
    path("demo/mail/", pages.mail_list, name="caught-mail"),
    path("demo/mail/<slug:name>/", pages.mail_page, name="caught-mail-page"),
    *doors,
]
