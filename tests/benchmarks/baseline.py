"""What everything is measured against: a bare view that makes one indexed query and answers JSON."""

from django.http import HttpRequest, JsonResponse

from pledge.models import Registrant


def registrant(_: HttpRequest, number: str) -> JsonResponse:
    """Show a registrant by number."""
    row = Registrant.objects.get(number=number)
    return JsonResponse({"number": row.number, "category": row.category, "registered_on": row.registered_on})
