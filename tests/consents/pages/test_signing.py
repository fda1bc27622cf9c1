"""The whole way of a signer, page by page, as a browser without scripts goes it."""

import pytest
from django.test import Client

from consents.models import Initial, SignedConsent
from tests.consents.pages.ways import Way

pytestmark = pytest.mark.django_db(transaction=True)


class TestTheWay:
    def test_leads_from_the_link_to_the_copies(self, way: Way) -> None:
        assert way.get("door").status_code == 200
        way.at_the_forms()
        first, second = way.texts()
        way.initial_all(first)
        assert way.sign(first).status_code == 201
        way.initial_all(second)
        assert way.sign(second, pin=way.pin).status_code == 201
        assert way.texts() == []
        assert way.get("copies").status_code == 200
        assert SignedConsent.objects.count() == 2
