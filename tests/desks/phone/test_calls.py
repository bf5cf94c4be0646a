"""Calling back, dialling for a case, and who may look at a call."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.calls.models import Call, CallBack
from hutong.hotline.contacts.models import Reporter
from tests import cast
from tests.clients import signed_in
from tests.desks.phone.playing import call_in, hang_up, sit_down, talk
from tests.loop import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("line")]
HTMX = {"HX-Request": "true"}


def test_who_gave_up_waiting_is_on_every_list_until_somebody_calls_back(client: Client) -> None:
    hang_up(call_in("13900007777", at=timezone.now() - timedelta(seconds=30)))
    for address in (reverse("phone:call_backs"), reverse("operator:to_call_back")):
        assert "13900007777" in client.get(address, headers=HTMX).content.decode()
    task = CallBack.objects.get()
    refused = client.post(reverse("phone:dial_back", args=[task.pk]), headers=HTMX)
    assert "话机窗口没有打开" in refused.content.decode()
    sit_down()
    assert client.post(reverse("phone:dial_back", args=[task.pk]), headers=HTMX).status_code == 200
    assert "您正在通话" in client.post(reverse("phone:dial_back", args=[task.pk]), headers=HTMX).content.decode()
    sit_down("he")
    assert "已有同事" in signed_in("he").post(reverse("phone:dial_back", args=[task.pk]), headers=HTMX).content.decode()
    assert "徐宁正在回" in client.get(reverse("operator:to_call_back")).content.decode()
    dialled = Call.objects.get(direction="out")
    assert (dialled.caller, dialled.purpose, dialled.call_back) == ("13900007777", "call_back", task)
    assert reverse("operator:call", args=[dialled.pk]) in client.get(reverse("phone:now")).content.decode()


def test_a_call_back_is_given_up_only_after_enough_tries(client: Client) -> None:
    hang_up(call_in("13900007777"))
    task = CallBack.objects.get()
    assert "还没有拨够次数" in client.post(reverse("phone:give_up", args=[task.pk]), headers=HTMX).content.decode()
    assert reverse("phone:give_up", args=[task.pk]) not in client.get(reverse("phone:call_backs")).content.decode()
    CallBack.objects.update(tries=3)
    assert reverse("phone:give_up", args=[task.pk]) in client.get(reverse("phone:call_backs")).content.decode()
    client.post(reverse("phone:give_up", args=[task.pk]))
    task.refresh_from_db()
    assert task.outcome == "not_reached"


def test_the_reporter_is_telephoned_from_the_case_and_the_call_joins_it(client: Client) -> None:
    case = case_at("reply")
    contact = case.contact_links.get().contact
    Reporter.objects.update_or_create(contact=contact, defaults={"phone": "13900008888", "call_back": "free"})
    dial = reverse("phone:dial_for_case", args=[case.pk])
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert dial in page
    sit_down()
    assert client.post(dial, {"contact": str(contact.pk)}, headers=HTMX).status_code == 200
    call = Call.objects.get()
    assert (call.case, call.purpose, call.caller, call.operator) == (case, "reply", "13900008888", cast.post("xu"))
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert reverse("phone:call", args=[call.pk]) in page
    assert "没有登记" not in client.get(reverse("phone:now")).content.decode()


@pytest.mark.parametrize("safe", ["message_only", "social_worker", "not_at_all"])
def test_a_reporter_who_asked_for_another_way_is_not_telephoned(client: Client, safe: str) -> None:
    case = case_at("reply")
    contact = case.contact_links.get().contact
    Reporter.objects.update_or_create(contact=contact, defaults={"phone": "13900008888", "call_back": safe})
    sit_down()
    assert reverse("phone:dial_for_case", args=[case.pk]) not in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    refused = client.post(reverse("phone:dial_for_case", args=[case.pk]), {"contact": str(contact.pk)}, headers=HTMX)
    assert "不能打电话" in refused.content.decode()
    assert not Call.objects.exists()


def test_at_another_stage_or_for_another_contact_nobody_is_dialled(client: Client) -> None:
    case = case_at("handling")
    sit_down()
    for contact in (str(case.contact_links.get().contact_id), "x", ""):
        refused = client.post(reverse("phone:dial_for_case", args=[case.pk]), {"contact": contact}, headers=HTMX)
        assert "现在没有可拨的" in refused.content.decode()
    assert signed_in("qin").post(reverse("phone:dial_for_case", args=[case.pk])).status_code == 404
    assert signed_in("wang").post(reverse("phone:dial_for_case", args=[case.pk])).status_code == 403


def test_a_look_at_a_call_is_recorded_and_another_centre_has_none(client: Client) -> None:
    call = talk()
    assert "13900001234" in client.get(reverse("phone:call", args=[call.pk])).content.decode()
    looked = AuditEntry.objects.get(subject="call", verb="looked")
    assert (looked.subject_id, looked.post_id) == (call.pk, cast.post("xu").pk)
    assert signed_in("qin").get(reverse("phone:call", args=[call.pk])).status_code == 404
    assert AuditEntry.objects.filter(subject="call", verb="refused").exists()
    assert signed_in("wang").get(reverse("phone:call", args=[call.pk])).status_code == 403
