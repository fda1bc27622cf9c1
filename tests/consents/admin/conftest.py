"""The admin's world, for the consents' own pages."""

from tests.pledge.admin.conftest import world

__all__ = ["world"]
