"""Filters that someone saves to come back to: the program's own words, never a name that was sought."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from pledge.frame import action
from pledge.models import EventType, SavedFilter
from pledge.rules.refusals import Rejected
from pledge.rules.vocabulary import Word
from pledge.trail import By, changed, created, record, subject_of

LONGEST_TITLE = SavedFilter._meta.get_field("title").max_length or 0


@action
def save_filter(*, user: User, title: str, words: Mapping[str, Word | int], by: By, at: datetime) -> SavedFilter:
    """Keep what a list is narrowed to under a title; the same title again takes the new words.

    :param words: by the name of what they narrow; a prescriber by key.
    :raises Rejected: without a title, with too long a one, for anything that is no word of the program, or for one
        more than ``SAVED_FILTERS_MOST``.
    """
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Rejected("title", f"a filter has a title of at most {LONGEST_TITLE} characters")
    if not all(isinstance(word, Word | int) for word in words.values()):
        raise Rejected("words", "a filter keeps the program's own words")
    kept = {name: word.value if isinstance(word, Word) else word for name, word in words.items()}
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row = SavedFilter.objects.filter(user=user, title=title).first()
    if row is None:
        if SavedFilter.objects.filter(user=user).count() >= settings.SAVED_FILTERS_MOST:
            most = settings.SAVED_FILTERS_MOST
            raise Rejected("title", f"you have {most} saved filters, the most there can be; remove one first")
        row = SavedFilter.objects.create(user=user, title=title, words=kept)
        changes = created(row)
    else:
        changes = changed(row, words=kept)
    record(EventType.FILTER_SAVED, act="filters.save_filter", by=by, at=at, about=row, changes=[changes])
    return row


@action
def remove_filter(*, saved: SavedFilter, by: By, at: datetime) -> None:
    """Remove a saved filter; the trail keeps what it was.

    :raises Rejected: where it is gone already.
    """
    row = SavedFilter.objects.select_for_update().filter(pk=saved.pk).first()
    if row is None:
        raise Rejected("saved", "this filter is gone already")
    subject = subject_of(row)
    record(EventType.FILTER_REMOVED, act="filters.remove_filter", by=by, at=at, about=row,
           changes=[{subject: {"title": [row.title, None], "words": [row.words, None]}}])  # fmt: skip
    row.delete()
