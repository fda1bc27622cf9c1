"""Names as the clinic has them and as people write them: letter case, accents and spaces make no other name."""

import unicodedata

from pledge.models import Registrant
from pledge.rules.vocabulary import Signer


def name_of(registrant: Registrant, signer: str) -> str:
    """Give the name that the clinic has of a registrant, or of their guardian; it may be empty."""
    return registrant.guardian_name if signer == Signer.GUARDIAN else registrant.name


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one, whatever their letter case, accents and spaces."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in letters if not (unicodedata.combining(letter) or letter.isspace()))
