"""What a registrant's page suggests while forms are to be signed."""

import pytest
from django.test import Client

from pledge.rules.vocabulary import Signer
from tests import lives, signers
from tests.pledge.admin.world import World, page_of


@pytest.fixture
def life(world: World) -> lives.Life:
    return lives.registered(world.program, world.at)


class TestTheSuggestedStep:
    def suggested(self, client: Client, life: lives.Life) -> str | None:
        step = client.get(page_of(life)).context["suggested"]
        return step.slug if step is not None else None

    def test_is_to_invite_while_no_one_is_invited(self, world: World, life: lives.Life) -> None:
        assert self.suggested(world.prescriber, life) == "invite-to-sign"

    def test_is_to_send_the_link_again_while_the_signer_has_one(self, world: World, life: lives.Life) -> None:
        signers.invited(life, world.at)
        assert self.suggested(world.prescriber, life) == "send-link-again"

    def test_is_to_invite_whoever_is_not_invited_yet(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        signers.invited(life, world.at)
        assert self.suggested(world.prescriber, life) == "invite-to-sign"
        signers.invited(life, world.at, signer=Signer.GUARDIAN)
        assert self.suggested(world.prescriber, life) == "send-link-again"

    def test_is_paper_for_who_wants_no_link(self, world: World, life: lives.Life) -> None:
        signers.withdrawn(signers.visiting(life, world.at), world.at)
        for client in (world.prescriber, world.assistant):
            assert self.suggested(client, life) == "record-paper-consent"

    def test_is_paper_for_a_guardian_who_wants_no_link(self, world: World) -> None:
        life = signers.a_minor(world.program, world.at)
        signers.signs_all(life, world.at)
        signers.withdrawn(signers.visiting(life, world.at, signer=Signer.GUARDIAN), world.at)
        assert self.suggested(world.prescriber, life) == "record-paper-consent"

    def test_is_to_countersign_where_the_prescriber_is_left(self, world: World, life: lives.Life) -> None:
        signers.signs_all(life, world.at)
        assert self.suggested(world.prescriber, life) == "countersign"

    def test_is_the_test_once_everything_is_signed(self, world: World, life: lives.Life) -> None:
        signers.signed_electronically(life, world.at)
        assert self.suggested(world.prescriber, life) == "record-test"
