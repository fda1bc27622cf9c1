"""What certifying, suspending and reinstating do to others, said before it is done."""

from datetime import timedelta

from django.db.models import Model
from django.urls import reverse

from pledge.actions.participants import suspend
from pledge.rules.vocabulary import AuthorizationStatus
from tests.lives import authorized, on_treatment, registered
from tests.pledge.admin.world import World, digest, take


def said(world: World, party: Model, slug: str) -> str:
    address = reverse(f"admin:pledge_{party._meta.model_name}_step", args=[party.pk, slug])
    return world.administrator.get(address).content.decode()


class TestSuspending:
    def test_a_prescriber_counts_what_is_suspended_and_who_waits(self, world: World) -> None:
        lives = [authorized(world.program, world.at) for _ in range(2)]
        registered(world.program, world.at)
        before = digest()
        page = said(world, world.program.prescriber, "suspend")
        assert digest() == before
        assert "2 live authorizations are suspended with the prescriber." in page
        assert "no pharmacy is authorized for 3 registrants of theirs" in page
        address = reverse("admin:pledge_prescriber_step", args=[world.program.prescriber.pk, "suspend"])
        take(world.administrator, address, reason="no answer")
        for life in lives:
            assert life.registrant.authorizations.get().status == AuthorizationStatus.SUSPENDED
        assert "2 live authorizations that were suspended go on." in said(world, world.program.prescriber, "reinstate")

    def test_a_pharmacy_says_what_is_revoked_for_good(self, world: World) -> None:
        authorized(world.program, world.at)
        assert "1 live authorization is revoked for good." in said(world, world.program.pharmacy, "suspend")
        assert "No live authorization is touched." in said(world, world.program.other_pharmacy, "suspend")

    def test_a_designee_says_for_whom_they_act_no_more(self, world: World) -> None:
        assert "They can act for no prescriber until they are reinstated." in said(world, world.designee, "suspend")

    def test_one_who_is_suspended_says_nothing(self, world: World) -> None:
        suspend(party=world.program.pharmacy, by=world.program.administrator, at=world.at)
        assert "What this does at once" not in said(world, world.program.pharmacy, "suspend")


class TestCertifying:
    def test_touches_nothing_of_one_who_stands(self, world: World) -> None:
        on_treatment(world.program, world.at)
        assert "No live authorization is touched." in said(world, world.program.prescriber, "certify")

    def test_resumes_what_a_suspension_stopped(self, world: World) -> None:
        authorized(world.program, world.at - timedelta(days=1))
        suspend(party=world.program.prescriber, by=world.program.administrator, at=world.at)
        page = said(world, world.program.prescriber, "certify")
        assert "1 live authorization that was suspended goes on." in page
