import pytest

from tests import cast


@pytest.mark.django_db
def test_the_cast_is_there() -> None:
    assert cast.post("xu").office.name == "西安市12349热线中心"
