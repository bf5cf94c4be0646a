"""The demo's passwords are known to everybody: into a real network it does not come."""

import pytest

from hutong.hotline.network import demo
from hutong.hotline.network.models import Office
from tests.network import refused

pytestmark = pytest.mark.django_db


def test_where_offices_stand_already_nothing_is_loaded() -> None:
    before = Office.objects.count()
    with refused("real_network"):
        demo.load()

    assert Office.objects.count() == before
