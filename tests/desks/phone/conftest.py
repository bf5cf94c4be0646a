"""Xi'an's way in, and the operator Xu before a browser."""

import pytest
from django.test import Client

from tests.clients import signed_in
from tests.desks.phone.playing import open_line


@pytest.fixture
def line() -> None:
    open_line()


@pytest.fixture
def client() -> Client:
    return signed_in()
