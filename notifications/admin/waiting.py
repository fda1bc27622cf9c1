"""What of the notices waits for program administrators: mail that failed, and nights that were not done."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse

from notifications.admin.notices import waits_for_address
from notifications.admin.timeline import names_of, reader_in_words
from notifications.models import Night, Notice, NoticeStatus
from pledge.admin.oversight.tasks import SHOWN, TASKS, URGENT, Task, Tasks
from pledge.models import Course
from pledge.rules.vocabulary import Ending

LOOKED_AT = 20_000  # of the newest notices: what failed long ago waits for nobody
NIGHTS_BEHIND = timedelta(hours=26)  # an hour for a clock change, and one to do the work


def failed_notices(at: datetime) -> Tasks:  # noqa: ARG001 - one of several alike
    """Give the newest notices that could not be delivered; nobody is asked about whose enrollment was taken back."""
    newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Notice.objects.filter(pk__gt=newest - LOOKED_AT, status=NoticeStatus.FAILED).order_by("-pk")
    gone = Course.objects.filter(registrant=OuterRef("registrant"), is_current=True, ending=Ending.WITHDRAWN)
    rows = rows.filter(~Exists(gone)).select_related("registrant")
    first = list(rows[:SHOWN])
    names = names_of(first)
    found = [
        Task(
            f"A notice did not leave: {row.get_kind_display().lower()}",
            _said(row, names),
            "See what next" if waits_for_address(row) else "Look at the notice",
            reverse("admin:notifications_notice_change", args=[row.pk]),
        )
        for row in first
    ]
    others = reverse("admin:notifications_notice_changelist") + f"?status__exact={NoticeStatus.FAILED.value}"
    return Tasks("Notices that failed", found, rows.count(), others)


def _said(notice: Notice, names: dict[tuple[str, int], str]) -> str:
    about = f", about registrant {notice.registrant.number}" if notice.registrant else ""
    why = notice.get_problem_display() or "The reason is not on record"
    return f"To {reader_in_words(notice, names)}{about}. {why}."


def nights_behind(at: datetime) -> Tasks:
    """Say that the nightly work is behind, or that some of it failed; nothing where it has never run at all."""
    night = Night.objects.first()
    if night is None:
        return Tasks("Nightly work", [], 0)
    said = ""
    if at - night.done_at > NIGHTS_BEHIND:
        done = f"{night.done_at:%B} {night.done_at.day}"
        said = f"It was last done on {done}. Whoever runs the service looks after beat and worker; nothing is lost."
    elif night.failures:
        said = f"{night.failures} rows failed in the last one; whoever runs the service finds them in its log."
    tasks = [Task("The nightly work is behind", said, "See the nights", _nights(), URGENT)] if said else []
    return Tasks("Nightly work", tasks, len(tasks))


def _nights() -> str:
    return reverse("admin:notifications_night_changelist")


TASKS.extend([nights_behind, failed_notices])
