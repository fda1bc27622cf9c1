"""The calls as a test key is answered: by the same rules, about made-up registrants, touching no live row."""

from pledge.sandbox.people import PEOPLE, MadeUp

__all__ = ["MadeUp", "catalogue"]


def catalogue() -> tuple[MadeUp, ...]:
    """Give the made-up registrants, in the order in which the documentation shows them."""
    return PEOPLE
