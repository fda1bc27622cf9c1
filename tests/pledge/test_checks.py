"""The start-up check of the seam to the consents."""

import ast
import inspect

import pytest
from django.core import checks as django_checks

from consents.models import FormVersion, SignedConsent
from pledge import checks, facts
from pledge.models import Prescriber, Registrant


class TestTheSeam:
    def test_is_whole(self):
        assert list(checks.seam_errors(Registrant)) == []

    def test_is_checked_at_every_start(self):
        assert checks.check_seam in django_checks.registry.registry.get_checks()

    def test_without_its_accessor_is_an_error(self):
        (error,) = checks.seam_errors(Prescriber)
        assert (error.id, error.level) == ("pledge.E001", django_checks.ERROR)
        assert "pledge.Prescriber has no signed_consents" in error.msg

    @pytest.mark.parametrize("name", ["FIELDS", "FIELDS_OF_VERSION"])
    def test_without_a_field_that_is_read_is_an_error(self, monkeypatch, name):
        monkeypatch.setattr(checks, name, (*getattr(checks, name), "inked_at"))
        (error,) = checks.check_seam(app_configs=None)
        model = SignedConsent if name == "FIELDS" else FormVersion
        assert (error.id, error.msg) == ("pledge.E002", f"{model._meta.label} has no field inked_at")

    def test_covers_every_field_that_facts_reads(self):
        read = {
            node.attr.removesuffix("_id")
            for node in ast.walk(ast.parse(inspect.getsource(facts._signatures_in)))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"row", "row.form_version"}
        }
        filtered_by = {"signed_at", "course"}
        assert read == {*checks.FIELDS, *checks.FIELDS_OF_VERSION} - filtered_by
