"""A clinic under the 2026 edition, someone of it who has signed nothing yet, and their visit."""

import pytest

from consents.models import Visit
from tests import lives, signers

AT = lives.UNDER_2026


@pytest.fixture
def program() -> lives.Program:
    return lives.a_program(AT)


@pytest.fixture
def life(program: lives.Program) -> lives.Life:
    return lives.registered(program, AT)


@pytest.fixture
def visit(life: lives.Life) -> Visit:
    return signers.visiting(life, AT)
