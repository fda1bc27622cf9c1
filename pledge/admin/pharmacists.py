"""Pharmacists as the program sees them: whose they are, and their log-ins."""

from django.contrib import admin

from pledge.admin.parties import PersonAdmin
from pledge.models import Pharmacist


@admin.register(Pharmacist)
class PharmacistAdmin(PersonAdmin):
    """Pharmacists who log in, the authorized representatives among them."""

    list_display = ("name", "own_id", "pharmacy", "is_representative", "ended_at")
    list_filter = ("is_representative", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("pharmacy",)
    search_fields = ("name", "own_id", "pharmacy__name", "pharmacy__number")
    facts = ("pharmacy", "own_id", "is_representative", "enrolled_at", "ended_at")
