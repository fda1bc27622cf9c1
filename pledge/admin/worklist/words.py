"""How a list is narrowed: words in the address, a sought name in the session, and both in one place for both lists."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from pledge.admin.listing import found
from pledge.admin.visitor import Visitor
from pledge.admin.whereabouts import Place
from pledge.admin.worklist.queues import Queue
from pledge.models import Registrant
from pledge.rules.vocabulary import RiskCategory, Word

LONGEST_SEARCH = 100


class Listing(Word):
    """A list that someone comes back to."""

    WORKLIST = "worklist", "Worklist"
    REGISTRANTS = "registrants", "Registrants"


WORDS: Mapping[Listing, Mapping[str, type[Word]]] = {
    Listing.WORKLIST: {"queue": Queue, "category": RiskCategory},
    Listing.REGISTRANTS: {"place": Place, "category": RiskCategory},
}
ROUTES = {Listing.WORKLIST: "admin:index", Listing.REGISTRANTS: "admin:pledge_registrant_changelist"}


class Narrowing(NamedTuple):
    """What a list is narrowed to: words by name, one prescriber's, and what was sought."""

    words: Mapping[str, Word]
    prescriber_id: int | None
    sought: str

    def among(self, rows: QuerySet[Registrant]) -> QuerySet[Registrant]:
        """Narrow registrants by what is sought, by category and by prescriber."""
        rows = found(rows, self.sought)
        if "category" in self.words:
            rows = rows.filter(category=self.words["category"])
        return rows if self.prescriber_id is None else rows.filter(prescriber=self.prescriber_id)

    @property
    def narrows(self) -> bool:
        """Whether only some of the registrants are meant."""
        return bool(self.sought) or "category" in self.words or self.prescriber_id is not None

    def kept(self, **instead: str) -> dict[str, str]:
        """Give what is kept in an address or a saved filter, with some words put in place of others."""
        own = {name: word.value for name, word in self.words.items()}
        own |= {"prescriber": str(self.prescriber_id)} if self.prescriber_id is not None else {}
        return {name: value for name, value in {**own, **instead}.items() if value}


def narrowing_of(words: Mapping[str, Any], listing: Listing, visitor: Visitor, sought: str = "") -> Narrowing:
    """Read what a list is narrowed to; what is no word of its vocabulary, and a prescriber not theirs, says nothing."""
    said = {
        name: vocabulary(words[name])
        for name, vocabulary in WORDS[listing].items()
        if words.get(name) in list(vocabulary)
    }
    theirs = {str(by.prescriber.pk): by.prescriber.pk for by in visitor.acts_as if by.prescriber is not None}
    return Narrowing(said, theirs.get(str(words.get("prescriber", ""))), sought)


def address_of(listing: Listing, words: Mapping[str, str]) -> str:
    """Give the address of a list as it is narrowed."""
    query = urlencode(words)
    return reverse(ROUTES[listing]) + (f"?{query}" if query else "")


def sought_in(request: HttpRequest, listing: Listing) -> str:
    """Give what is sought in a list: a name never travels in an address."""
    return str(request.session.get(_key(listing), ""))


def seek(request: HttpRequest, listing: Listing) -> None:
    """Keep in the session what someone typed to seek in a list."""
    request.session[_key(listing)] = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


def _key(listing: Listing) -> str:
    return f"sought_in_{listing.value}"
