"""Whether the trail still is what was written: every digest recomputed, every link followed.

It sees an event edited, deleted from the middle, moved, swapped with another or sealed anew. That the newest events of
a chain were cut off, or a whole chain rebuilt, shows only against an anchor kept outside the database.
"""

from typing import NamedTuple

from django.db import connection, transaction


class Break(NamedTuple):
    """The first bad event of one chain; ``registrant_id`` is None in the chain of events about no registrant."""

    event_id: int
    registrant_id: int | None
    reason: str


class Anchor(NamedTuple):
    """The whole trail up to one event, in one line to keep elsewhere."""

    newest_id: int
    events: int
    digest: str

    def __str__(self) -> str:
        """Give it as it is kept: ``newest:count:digest``."""
        return f"{self.newest_id}:{self.events}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Read one that was kept.

        :raises ValueError: where it is none.
        """
        newest_id, events, digest = text.strip().split(":")
        return cls(int(newest_id), int(events), digest)


_BREAKS = """
    WITH linked AS (
        SELECT e.id, e.registrant_id, e.digest = pledge_event_digest(e) AS sealed,
               e.previous_digest = coalesce(lag(e.digest) OVER chain, '') AS follows
          FROM pledge_programevent e
        WINDOW chain AS (PARTITION BY e.registrant_id ORDER BY e.id))
    SELECT DISTINCT ON (registrant_id) id, registrant_id,
           CASE WHEN sealed IS TRUE THEN 'the event before it is missing or another'
                ELSE 'it is not what was sealed' END
      FROM linked WHERE sealed IS NOT TRUE OR follows IS NOT TRUE
     ORDER BY registrant_id, id
"""

_ANCHOR = """
    SELECT coalesce(max(newest), 0), coalesce(sum(events), 0),
           encode(sha256(convert_to(coalesce(string_agg(digest, '' ORDER BY newest), ''), 'UTF8')), 'hex')
      FROM (SELECT max(id) AS newest, count(*) AS events, (array_agg(digest ORDER BY id DESC))[1] AS digest
              FROM pledge_programevent WHERE id <= %s GROUP BY registrant_id) heads
"""
# Granted once no event is being written; held only until the newest is known, so that none comes in before it later.
_SETTLE = "LOCK TABLE pledge_programevent IN SHARE MODE"


def broken_chains() -> list[Break]:
    """Give the first bad event of every broken chain, in the order in which the events were written."""
    with connection.cursor() as cursor:
        cursor.execute(_BREAKS)
        return sorted(Break(*row) for row in cursor.fetchall())


def anchor_of_trail(*, through: int | None = None) -> Anchor:
    """Give the anchor of the trail as it stands, or as it stands up to one event."""
    if through is None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SETTLE)
            cursor.execute("SELECT coalesce(max(id), 0) FROM pledge_programevent")
            through = cursor.fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute(_ANCHOR, [through])
        newest_id, events, digest = cursor.fetchone()
    return Anchor(newest_id, int(events), digest)


def difference_from(kept: Anchor) -> str:
    """Say how the trail differs from an anchor that was kept, or give an empty text."""
    now = anchor_of_trail(through=kept.newest_id)
    if (now.events, now.digest) == (kept.events, kept.digest):
        return ""
    if now.events < kept.events:
        return f"{kept.events - now.events} of {kept.events} events up to {kept.newest_id} are gone"
    return f"the events up to {kept.newest_id} are not those that were anchored"
