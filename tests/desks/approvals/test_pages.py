"""The desk of who answers for minors' data; and the page that says whom to ask."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network.models import Approval, Charge, Post, Role, Staff
from tests import cast
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def newcomer(role: Role = Role.CASE_WORKER, office: str = "lianhu") -> Post:
    staff = Staff.objects.create(username="new", name="新人")
    return Post.objects.create(staff=staff, office=cast.office(office), role=role, valid_from=cast.SINCE)


def test_a_post_without_approval_is_told_whom_to_ask_and_the_refusal_is_logged() -> None:
    newcomer()
    case_at("handling")
    answer = signed_in("new").get(reverse("county:work"))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "宋岚" in page
    assert "还没有获准" in page
    assert AuditEntry.objects.filter(verb="refused", detail__reason="not_approved").count() == 1


def test_somebody_named_on_a_case_opens_that_case_and_no_other_desk() -> None:
    post, case, other = newcomer(), case_at("handling"), case_at("handling")
    assignments.name_worker(case.pk, worker=post, by=cast.post("ma"), at=START, seen=None)
    client = signed_in("new")
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    assert client.get(reverse("cases:case", args=[other.pk])).status_code == 404
    assert client.get(reverse("county:work")).status_code == 200
    assert client.get(reverse("supervision:orders")).status_code == 403


def test_an_operator_without_approval_gets_no_desk() -> None:
    newcomer(Role.OPERATOR, "xian")
    assert signed_in("new").get(reverse("operator:desk")).status_code == 403


def test_who_answers_approves_extends_and_ends() -> None:
    post, client = newcomer(), signed_in("song")
    page = client.get(reverse("approvals:index"))
    assert "新人" in page.content.decode()
    assert "1 个岗位没有批准" in page.content.decode()

    until = TODAY + timedelta(days=200)
    there = reverse("approvals:post", args=[post.pk])
    assert client.post(there, {"purpose": "", "until": until}).status_code == 422
    assert client.post(there, {"purpose": "办理个案", "until": until})["Location"] == reverse("approvals:index")
    assert signed_in("new").get(reverse("county:work")).status_code == 200

    approval = Approval.objects.get(post=post)
    assert "200" not in client.get(there).content.decode() or until.isoformat() in client.get(there).content.decode()
    end = reverse("approvals:end", args=[approval.pk])
    assert client.post(end, {"why": ""}).status_code == 422
    assert client.post(end, {"why": "调离"})["Location"] == there
    assert signed_in("new").get(reverse("county:work")).status_code == 403
    assert "调离" in client.get(there).content.decode()


@pytest.mark.parametrize("who", ["zhou", "gao", "an", "ning"])
def test_nobody_else_has_the_desk(who: str) -> None:
    client = signed_in(who)
    assert client.get(reverse("approvals:index")).status_code == 403
    assert client.post(reverse("approvals:post", args=[cast.post("xu").pk]), {"purpose": "看", "until": TODAY}).status_code == 403


def test_a_post_beyond_reach_is_not_there() -> None:
    Charge.objects.create(office=cast.office("xian"), post=cast.post("zhou"), by=cast.post("ning"), at=timezone.now())
    client = signed_in("zhou")
    assert client.get(reverse("approvals:post", args=[cast.post("xu").pk])).status_code == 200
    assert client.get(reverse("approvals:post", args=[cast.post("qin").pk])).status_code == 404
    approval = Approval.objects.filter(post=cast.post("qin")).first()
    assert approval
    assert client.post(reverse("approvals:end", args=[approval.pk]), {"why": "x"}).status_code == 404


def test_the_security_officer_names_who_answers_and_ends_it() -> None:
    zhou, client = cast.post("zhou"), signed_in("ning")
    person = reverse("office:staff", args=[zhou.staff_id])
    assert "指定为数据负责人" in client.get(person).content.decode()
    assert client.post(reverse("office:charge", args=[zhou.pk]), {"sure": "yes"})["Location"] == person
    charge = Charge.objects.get(post=zhou, ended_at=None)
    assert "数据负责人" in client.get(person).content.decode()
    assert signed_in("zhou").get(reverse("approvals:index")).status_code == 200
    assert client.post(reverse("office:end_charge", args=[charge.pk]), {"sure": "yes"})["Location"] == person
    assert signed_in("zhou").get(reverse("approvals:index")).status_code == 403
    assert signed_in("gao").post(reverse("office:charge", args=[zhou.pk]), {"sure": "yes"}).status_code == 403
