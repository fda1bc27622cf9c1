"""Saved filters: what someone narrows a list to every morning, one click away."""

from typing import NamedTuple, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pledge.actions.filters import LONGEST_TITLE, remove_filter, save_filter
from pledge.admin.doors import DOORS, Door
from pledge.admin.visitor import EVERYONE, Visitor
from pledge.admin.worklist.words import Listing, Narrowing, address_of, narrowing_of
from pledge.models import SavedFilter
from pledge.rules.refusals import Rejected

LISTING = "listing"  # the word by which a filter says which list it narrows


class Saved(NamedTuple):
    """A saved filter as a list shows it."""

    filter: SavedFilter
    address: str
    chosen: bool


class SavedFilters(NamedTuple):
    """A visitor's saved filters of one list, and what would be saved now."""

    filters: list[Saved]
    savable: dict[str, str]  # empty: there is nothing to save, or it is saved
    longest_title: int = LONGEST_TITLE


def saved_by(request: HttpRequest, listing: Listing, visitor: Visitor, narrowing: Narrowing) -> SavedFilters:
    """Give the filters of whoever is here for a list."""
    now = narrowing.kept()
    found = []
    for saved in SavedFilter.objects.filter(user=request.user.pk):
        if saved.words.get(LISTING) == listing:
            words = narrowing_of(saved.words, listing, visitor).kept()
            found.append(Saved(saved, address_of(listing, words), words == now))
    return SavedFilters(found, {} if any(saved.chosen for saved in found) else now)


@require_POST
def _save(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    listing = _listing(request.POST.get(LISTING, ""))
    narrowing = narrowing_of(request.POST, listing, visitor)
    user = cast(User, request.user)  # the door lets nobody else in
    words = {LISTING: listing, **narrowing.words}
    prescriber = {"prescriber": narrowing.prescriber_id} if narrowing.prescriber_id is not None else {}
    try:
        save_filter(
            user=user, title=request.POST.get("title", ""), words={**words, **prescriber}, by=visitor.by(),
            at=timezone.now(),
        )  # fmt: skip
    except Rejected as rejected:
        messages.error(request, rejected.message[:1].upper() + rejected.message[1:] + ".")
    else:
        messages.success(request, "The filter is saved.")
    return redirect(address_of(listing, narrowing.kept()))


@require_POST
def _remove(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    saved = SavedFilter.objects.filter(user=request.user.pk, pk=pk).first()
    if saved is None:
        raise Http404("there is no such filter of yours")
    listing = _listing(saved.words.get(LISTING, ""))
    try:
        remove_filter(saved=saved, by=visitor.by(), at=timezone.now())
    except Rejected as rejected:
        messages.error(request, rejected.message[:1].upper() + rejected.message[1:] + ".")
    else:
        messages.success(request, "The filter is removed.")
    return redirect(address_of(listing, {}))


def _listing(said: str) -> Listing:
    if said not in list(Listing):
        raise Http404("there is no such list")
    return Listing(said)


DOORS.append(Door("filters/save/", _save, "filter_save", EVERYONE))
DOORS.append(Door("filters/<int:pk>/remove/", _remove, "filter_remove", EVERYONE))
