"""The consents on a registrant's page: who has signed, who has to, every signer's link, and the sealed documents."""

from datetime import datetime
from typing import NamedTuple

from consents.admin import countersigning
from consents.admin.signers import FormRow, LinkRow, form_rows, link_rows
from consents.models import ConsentRecord
from consents.vocabulary import LinkState
from pledge.admin.panels import PANELS, PLACES, POINTERS, Panel
from pledge.admin.steps import Scene
from pledge.admin.visitor import CLINIC
from pledge.models import Registrant
from pledge.rules.vocabulary import Scope

TONES = {LinkState.OPEN: "go", LinkState.EXPIRED: "wait", LinkState.REVOKED: "done", LinkState.CLOSED: "stop"}


class Shown(NamedTuple):
    """What the panel shows."""

    registrant: Registrant
    forms: list[FormRow]
    links: list[tuple[LinkRow, str]]  # with the tone of its state
    records: list[ConsentRecord]
    may_act: bool


def consents_of(scene: Scene, at: datetime) -> Panel | None:
    """Give the panel of a registrant."""
    if scene.record is None:
        return None
    registrant: Registrant = scene.subject
    links = link_rows(registrant, at, scene.on)
    records = registrant.consent_records.select_related("text__form_version", "course")
    shown = Shown(
        registrant,
        form_rows(registrant, scene.record, scene.on),
        [(link, TONES.get(link.state, "wait") if link.state else "wait") for link in links],
        list(records.defer("content", "seal", "document")),
        scene.visitor.role in CLINIC and scene.within(Scope.ENROLLMENT) and scene.record.course.ended_on is None,
    )
    return Panel("consents/admin/panel.html", shown)


PANELS.append(consents_of)
POINTERS.append(countersigning.pointer)
PLACES["countersign"] = countersigning.place
