"""Two administrators at one form: words that slip in are not approved, and no day has two versions."""

from datetime import timedelta

import pytest

from consents.actions.forms import approve_text, change_text, draft_version, publish_version
from consents.models import FormText, FormVersion
from pledge.rules.refusals import Rejected
from tests.consents import drafts
from tests.races.side_by_side import ROW_LOCKS, overtaken

pytestmark = pytest.mark.django_db(transaction=True)


class TestApprovingWhileTheWordsAreChanged:
    @pytest.fixture
    def text(self, at):
        return drafts.text_in(drafts.drafted(at))

    def approving(self, text, at):
        return lambda: approve_text(text=text, digest=text.digest, by=drafts.APPROVER, at=at)

    def changing(self, text, at):
        body = {**text.body, "title": "Slipped in"}
        return lambda: change_text(text=text, body=body, by=drafts.AUTHOR, at=at)

    def test_approves_the_words_that_were_read(self, text, at):
        approved, changed = overtaken(self.approving(text, at), self.changing(text, at))
        assert approved.body["title"] == text.body["title"]
        assert isinstance(changed, Rejected)
        assert changed.field == "text"

    def test_approves_nothing_where_the_change_came_first(self, text, at):
        changed, approved = overtaken(self.changing(text, at), self.approving(text, at))
        assert changed.body["title"] == "Slipped in"
        assert isinstance(approved, Rejected)
        assert approved.field == "digest"

    def test_would_approve_words_that_nobody_read_without_the_lock(self, text, at):
        overtaken(self.approving(text, at), self.changing(text, at), without=ROW_LOCKS)
        kept = FormText.objects.get(pk=text.pk)
        assert (kept.body["title"], kept.approved_by) == ("Slipped in", drafts.APPROVER.name)


class TestPublishingTwoVersions:
    @pytest.fixture
    def both(self, at):
        earlier = drafts.approved(at, version="earlier", days=10)
        later = drafts.approved(at, version="later", days=20)

        def publishing(version):
            return lambda: publish_version(version=version, by=drafts.AUTHOR, at=at)

        return publishing(later), publishing(earlier)

    def test_lets_the_second_see_the_first(self, both):
        later, earlier = overtaken(*both)
        assert later.version == "later"
        assert isinstance(earlier, Rejected)
        assert earlier.field == "in_force_from"

    def test_would_leave_a_version_behind_the_newest_without_the_lock(self, both):
        assert {version.version for version in overtaken(*both, without=ROW_LOCKS)} == {"earlier", "later"}


class TestDraftingOneVersionTwice:
    def test_tells_the_second_that_the_name_is_taken(self, at, today):
        words = drafts.bodies(drafts.INFORMED, today)

        def drafting(days):
            begins = today + timedelta(days=days)
            given = {"form": drafts.INFORMED, "version": "next", "bodies": words, "in_force_from": begins}
            return lambda: draft_version(**given, by=drafts.AUTHOR, at=at)

        first, second = overtaken(drafting(10), drafting(20))
        assert isinstance(first, FormVersion)
        assert isinstance(second, Rejected)
        assert second.field == "version"
