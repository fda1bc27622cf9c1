"""An auditor: who is one, what they read, and that nothing is theirs to do (tests/access asks every page)."""

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from pledge.access import registrants_for
from pledge.actions import holds
from pledge.actions.registrants import change_contact
from pledge.admin.visitor import AUDITORS, PROGRAM_ADMINISTRATORS, Role, visitor_behind
from pledge.models import AccessEntry, FollowUp
from pledge.trail import by_auditor
from tests.lives import ready
from tests.pledge.admin.world import World, logged_in, page_of
from tests.pledge.happened import rejected


def an_auditor(*others: str) -> User:
    user = User.objects.create_user("avery", first_name="Avery", last_name="Ahn")
    for name in (AUDITORS, *others):
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    return user


def auditing() -> Client:
    return logged_in(an_auditor())


class TestAnAuditor:
    def test_is_one_though_an_administrator_too(self, world: World) -> None:
        visitor = visitor_behind(an_auditor(PROGRAM_ADMINISTRATORS), world.today)
        assert visitor is not None
        assert visitor.role is Role.AUDITOR
        assert visitor.by().kind == "auditor"

    def test_begins_at_the_lists_with_no_task(self, world: World) -> None:
        shown = auditing().get("/admin/")
        assert shown.context["tasks"] is None
        assert "The record" in shown.content.decode()
        assert reverse("admin:pledge_programevent_changelist") in shown.content.decode()
        assert reverse("admin:pledge_registrant_changelist") not in shown.content.decode()

    def test_opens_a_registrant_s_page_and_is_on_record_for_it(self, world: World) -> None:
        life = ready(world.program, world.at)
        shown = auditing().get(page_of(life))
        assert shown.status_code == 200
        assert shown.context["groups"] == {}
        entry = AccessEntry.objects.get(registrant=life.registrant, what="registrant_read")
        assert (entry.actor_kind, entry.at) == ("auditor", world.at)

    def test_reads_a_follow_up_and_is_offered_nothing(self, world: World) -> None:
        life = ready(world.program, world.at)
        holds.report_pregnancy(registrant=life.registrant, by=world.program.clinic, at=world.at)
        shown = auditing().get(reverse("admin:pledge_followup_change", args=[FollowUp.objects.get().pk]))
        assert shown.context["groups"] == {}
        assert "24 hours left" in shown.content.decode()

    def test_is_heard_by_no_action(self, world: World) -> None:
        life = ready(world.program, world.at)
        by = by_auditor("Avery Ahn", "7")
        assert life.registrant in registrants_for(by)
        given = {"registrant": life.registrant, "contact": {"email": "new@patients.example"}}
        rejected(change_contact, "registrant", **given, by=by, at=world.at)
