"""What goes out of the app to a person, as the sender sends it; that a provider's certificate is bad is told in its log."""

from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from hutong.hotline.notices import alarms
from hutong.hotline.notices.models import Delivery, Way
from hutong.project import sender
from tests import cast
from tests.clients import signed_in
from tests.hotline.notices.provider import Provider, provider

pytestmark = pytest.mark.django_db


def by_way(there: Provider, scheme: str) -> Way:
    """The provider as Xu's own way, and a failed sign-in in their name."""
    address = there.address.replace("json://", scheme)
    way = Way.objects.create(staff=cast.post("xu").staff, name="手机", address=address, busy_until=timezone.now())
    alarms.sign_in_failed("xu", "elsewhere", at=timezone.now())
    return way


def test_it_arrives_with_where_to_look_and_nothing_else(settings: Settings) -> None:
    with provider() as there:
        settings.NOTICE_HOSTS = frozenset({"127.0.0.1"})
        by_way(there, "json://")
        assert sender.send_next().endswith(" sent")
        (told,) = there.heard
        assert told["title"] == "12349 账号提醒"
        assert settings.PUBLIC_ORIGIN in told["message"]
    assert sender.send_next() == ""


def test_a_certificate_that_nobody_signed_is_told_in_the_log_and_on_the_page_of_ways(settings: Settings, tmp_path: Path) -> None:
    with provider() as there:
        settings.NOTICE_HOSTS = frozenset({"127.0.0.1"})
        there.speak_tls(tmp_path)
        way = by_way(there, "jsons://")
        delivery = Delivery.objects.get()
        assert sender.send_next() == f"notice {delivery.mark} unreachable"
        assert there.heard == []
    way.refresh_from_db()
    assert (way.failures, way.last_error) == (1, "unreachable")
    Way.objects.update(failures=3)
    assert "连接不上" in signed_in("xu").get(reverse("notices:own")).content.decode()
