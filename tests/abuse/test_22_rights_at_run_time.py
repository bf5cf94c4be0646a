"""What was asked for runs with the rights of who asked for it, at the time it runs. Exports of cases are not there yet."""

import pytest
from django.db.models import Q
from django.utils import timezone

from hutong.hotline.network.models import Post
from tests import cast
from tests.abuse.attack import attack, patched
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db


@attack(
    22,
    patched("hutong.hotline.network.queries.stands", lambda _on: Q()),
)
def test_a_key_that_was_made_with_a_right_opens_nothing_once_the_right_has_ended() -> None:
    case, software = case_at("handling"), Software.of("zhou")
    assert software.get(f"cases/{case.pk}").status_code == 200
    Post.objects.filter(pk=cast.post("zhou").pk).update(valid_to=timezone.localdate())

    assert software.get("cases").status_code == software.get(f"cases/{case.pk}").status_code == 401
