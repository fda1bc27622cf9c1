"""What is answered where there is no page: styled, the same for what is not there and what is another's."""

import pytest
from django.test import Client
from django.views.defaults import permission_denied, server_error

from tests.lives import ready
from tests.pledge.admin.world import World, page_of


class TestNoPage:
    def test_reads_the_same_for_what_is_not_there_and_what_is_anothers(self, world: World) -> None:
        life = ready(world.program, world.at)
        anothers, nobodys = world.stranger.get(page_of(life)), world.stranger.get("/admin/no/such/page/")
        assert (anothers.status_code, nobodys.status_code) == (404, 404)
        assert anothers.content == nobodys.content
        shown = anothers.content.decode()
        assert "This page is not here, or not yours any more" in shown
        assert '<a class="button" href="/admin/">To your first page, or log in</a>' in shown
        assert "nowhere" in shown
        assert life.number not in shown
        assert "default-src 'none'" in anothers["Content-Security-Policy"]

    @pytest.mark.django_db
    def test_is_no_clinics_to_a_signer(self, client: Client) -> None:
        shown = client.get("/nowhere/at-all/")
        assert shown.status_code == 404
        assert "ask the clinic that sent it for a new one" in shown.content.decode()
        assert "at-all" not in shown.content.decode()

    def test_what_went_wrong_and_what_is_forbidden_are_said_in_words(self, rf) -> None:
        wrong, forbidden = server_error(rf.get("/admin/")), permission_denied(rf.get("/admin/"), ValueError("secret"))
        assert (wrong.status_code, forbidden.status_code) == (500, 403)
        assert "Something went wrong here" in wrong.content.decode()
        assert "This is not yours to do" in forbidden.content.decode()
        assert "secret" not in forbidden.content.decode()
