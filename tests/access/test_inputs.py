"""What each step about a registrant takes, and that the written page says the same as the matrix."""

import pytest

from pledge.admin.steps import STEPS, Step
from pledge.models import Registrant
from tests.access.matrix import matrix
from tests.access.pages import PAGE, access_page


def declared(step: type[Step]) -> set[str]:
    return set(step.base_fields)


class TestTheInputs:
    def test_of_every_step_about_a_registrant_are_written(self) -> None:
        written = {slug: set(names) for slug, names in matrix().inputs}
        assert written == {slug: declared(step) for slug, step in STEPS[Registrant].items()}

    @pytest.mark.parametrize("name", [name for name, line in matrix().fields.items() if line.changes])
    def test_change_what_is_known_only_where_they_are_named(self, name: str) -> None:
        taken = {one for _, names in matrix().inputs for one in names}
        assert set(matrix().fields[name].changes) <= taken


def test_the_page_is_written_from_the_matrix() -> None:
    assert PAGE.read_text() == access_page(), "run make docs"
