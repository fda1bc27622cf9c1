"""Sealing what was signed: seal and document follow the record and are tried until they are made."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from consents.canonical import digest_of
from consents.document import sealed_file, signed_document, unsigned_document
from consents.models import ConsentRecord, SealCertificate
from consents.sealing import Seal, SealUnusable, present_seal
from pledge.frame import action
from pledge.models import EventType
from pledge.trail import SYSTEM, By, created, plain, record, subject_of

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
_MADE = ["seal", "document", "document_digest", "certificate", "sealed_at", "not_before", "problem"]
_LONGEST_PROBLEM = ConsentRecord._meta.get_field("problem").max_length


@action
def seal_record(*, record: ConsentRecord, by: By, at: datetime) -> ConsentRecord:
    """Seal a record, set its document and sign that, all or nothing; one that is sealed already is given as it is.

    One that another process is sealing at this moment is left to it and given as it stands.

    :raises SealUnusable: where key or certificate cannot be used.
    :raises Exception: what the making of the document raised; nothing has been written then.
    """
    rows = ConsentRecord.objects.select_related("registrant", "certificate")
    unsealed = rows.select_for_update(skip_locked=True, of=("self",)).filter(pk=record.pk, sealed_at=None)
    row = unsealed.first()
    if row is None:
        return rows.get(pk=record.pk)
    seal = present_seal(at)
    certificate, is_new = SealCertificate.objects.get_or_create(
        fingerprint=seal.fingerprint, defaults={"pem": seal.pem, "first_used_at": at}
    )
    row.seal, row.document = _made(row, seal, at)
    row.document_digest, row.certificate = digest_of(row.document), certificate
    row.sealed_at, row.not_before, row.problem = at, None, ""
    row.save(update_fields=_MADE)
    _tell(row, certificate, is_new=is_new, by=by, at=at)
    return row


def seal_due(*, at: datetime, most: int = MOST_AT_ONCE) -> Counter[str]:
    """Seal what is due at an instant, the oldest first; give how many came to which end. It never raises.

    One that fails waits longer each time and holds up no other, even where it takes the process with it. While the
    seal itself cannot be used nothing is tried and no try is counted, and the next call tries again.
    """
    ends: Counter[str] = Counter()
    try:
        due = _due(at)
        for pk in list(due.values_list("pk", flat=True)[:most]):
            present_seal(at)
            ends[_seal_one(pk, at)] += 1
    except SealUnusable as unusable:
        logger.error("records cannot be sealed: %s", unusable)
        sentence = str(unusable)[:_LONGEST_PROBLEM]
        ends["waiting for the seal"] += _due(at).count()
        _due(at).exclude(problem=sentence).update(problem=sentence)
    except Exception as failure:  # noqa: BLE001 - the minute's other work goes on
        logger.warning("records could not be sealed: %s", type(failure).__name__)
        ends["failed"] += 1
    return ends


def _tell(row: ConsentRecord, certificate: SealCertificate, *, is_new: bool, by: By, at: datetime) -> None:
    """Record that a record was sealed, and where its certificate is new, that too."""
    sealed = {
        "sealed_at": [None, plain(at)],
        "digest": [None, row.digest],
        "document_digest": [None, row.document_digest],
        "certificate": [None, certificate.fingerprint],
    }
    changes = [{subject_of(row): sealed}, *([created(certificate)] if is_new else [])]
    act, patient = "records.seal_record", row.registrant
    record(EventType.RECORD_SEALED, act=act, by=by, at=at, registrant=patient, about=row, changes=changes)


def _due(at: datetime) -> QuerySet[ConsentRecord]:
    unsealed = ConsentRecord.objects.filter(Q(not_before=None) | Q(not_before__lte=at), sealed_at=None)
    return unsealed.order_by("completed_at", "id")


def _seal_one(pk: int, at: datetime) -> str:
    if not _claimed(pk, at):
        return "passed over"
    try:
        seal_record(record=ConsentRecord(pk=pk), by=SYSTEM, at=at)
    except SealUnusable:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever it was, the others go on
        # Not the failure's own words: they may quote what the record says.
        logger.warning("record %s could not be sealed: %s", pk, type(failure).__name__)
        problem = f"seal or document could not be made ({type(failure).__name__}); tried again by itself"
        ConsentRecord.objects.filter(pk=pk, sealed_at=None).update(problem=problem[:_LONGEST_PROBLEM])
        return "deferred"
    return "sealed"


def _claimed(pk: int, at: datetime) -> bool:
    """Count the try and set the next one before this one begins, so that one that kills the process waits too."""
    with transaction.atomic():
        row = _due(at).select_for_update(skip_locked=True).only("attempts").filter(pk=pk).first()
        if row is None:
            return False
        pause = min(FIRST_PAUSE * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
        ConsentRecord.objects.filter(pk=pk).update(attempts=F("attempts") + 1, not_before=at + pause)
        return True


def _made(row: ConsentRecord, seal: Seal, at: datetime) -> tuple[bytes, bytes]:
    """Give the seal over a record and its signed document."""
    content = bytes(row.content)
    over = seal.over(content)
    unsigned = unsigned_document(
        content,
        file=sealed_file(content, over, seal.pem),
        fingerprint=seal.fingerprint,
        zone=ZoneInfo(row.registrant.time_zone),
        public_address=settings.PUBLIC_ADDRESS,
    )
    return over, signed_document(unsigned, seal, at)
