"""Paper for when the platform is down: slips with the sheet's own fields and words, and what was written on them entered later."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hutong.desks.operator import slips
from hutong.desks.operator.forms import TIER_MEANING, Matter
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import timers
from hutong.hotline.cases.models import Case, Event
from hutong.hotline.contacts.models import Contact
from hutong.hotline.network.models import Role
from tests import cast
from tests.clients import signed_in
from tests.desks.operator.sheets import hand_in, typed

pytestmark = pytest.mark.django_db
BEFORE = timedelta(hours=3)


@pytest.fixture
def client() -> Client:
    return signed_in()


def from_paper(**changes: Any) -> dict[str, Any]:
    """A slip that was written three hours ago."""
    written = timezone.localtime(timezone.now() - BEFORE)
    return typed(paper_slip="k7p－03", received_at=f"{written:%Y-%m-%dT%H:%M}") | changes


def errors(answer: HttpResponse) -> str:
    return " ".join(re.findall(r"errorlist[^>]*>(.*?)</ul>", answer.content.decode(), re.DOTALL))


def test_a_slip_asks_what_the_sheet_asks_in_its_words(client: Client) -> None:
    page = client.get(reverse("operator:paper")).content.decode()
    asked = [name for _title, names in slips.MATTER for name in names] + [*slips.RECUSAL]
    assert [name for name in asked if str(Matter.base_fields[name].label) not in page] == []
    assert [meaning for meaning in TIER_MEANING.values() if str(meaning) not in page] == []
    # What the sheet has and the slip has not: what is a number or a word of the platform's own.
    assert set(Matter.base_fields) - set(asked) == {"paper_slip", "title", "tier", "into_number"}


def test_no_number_is_printed_twice(client: Client) -> None:
    pages = [client.get(reverse("operator:paper")).content.decode() for _time in range(2)]
    numbers = [re.findall(r"<strong>([A-Z2-9]{3}-\d\d)</strong>", page) for page in pages]
    assert [len(each) for each in numbers] == [slips.AT_ONCE, slips.AT_ONCE]
    assert set(numbers[0]) & set(numbers[1]) == set()


def test_only_who_takes_calls_prints_it() -> None:
    for username, (_name, role, office) in cast.PEOPLE.items():
        allowed = role in {Role.OPERATOR, Role.SHIFT_LEAD, Role.COORDINATOR} and office in {"xian", "baoji"}
        answer = signed_in(username).get(reverse("operator:paper"))
        assert (answer.status_code == 200) == allowed, username


def test_the_clock_runs_from_the_time_on_the_paper_and_tier_one_is_late_at_once(client: Client) -> None:
    hand_in(client, from_paper(tier="I"))
    contact, case = Contact.objects.get(), Case.objects.get()
    assert (contact.paper_slip, case.deadline.started_at) == ("K7P-03", contact.received_at)
    assert case.due_at < timezone.now() - timedelta(hours=2)
    timers.sweep(at=timezone.now())
    assert Event.objects.filter(case=case, action="miss").exists()


def test_the_log_keeps_the_time_of_entering_and_the_story_tells_both(client: Client) -> None:
    hand_in(client, from_paper())
    now, case = timezone.now(), Case.objects.get()
    assert now - case.opened_at < timedelta(minutes=1)
    assert now - AuditEntry.objects.get(verb="take").at < timedelta(minutes=1)
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "纸质登记表 K7P-03 补录" in page
    assert "纸上记的收到时间" in page


def test_without_a_slip_a_time_in_the_past_moves_no_clock(client: Client) -> None:
    hand_in(client, from_paper(paper_slip=""))
    assert timezone.now() - Case.objects.get().deadline.started_at < timedelta(minutes=1)


def test_the_same_slip_by_two_people_is_one_case(client: Client) -> None:
    hand_in(client, from_paper())
    again = hand_in(signed_in("he"), from_paper())
    assert (again.status_code, Case.objects.count(), Contact.objects.count()) == (302, 1, 1)


def test_another_report_under_the_same_number_is_refused_and_stays_on_the_sheet(client: Client) -> None:
    hand_in(client, from_paper())
    answer = hand_in(client, from_paper(narrative="另一件事"))
    assert (answer.status_code, Case.objects.count()) == (422, 1)
    assert "这个编号的登记表已经录入过" in errors(answer)
    assert "另一件事</textarea>" in answer.content.decode()
    assert hand_in(client, from_paper(narrative="另一件事", paper_slip="K7P-03B")).status_code == 302


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"received_at": ""}, "要写明纸上记的收到时间"),
        ({"paper_slip": "三号"}, "登记表编号只有字母、数字和短横"),
        ({"paper_slip": "A" * 21}, "登记表编号只有字母、数字和短横"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(changes: dict[str, str], said: str, client: Client) -> None:
    answer = hand_in(client, from_paper(**changes))
    assert (answer.status_code, said in errors(answer), Contact.objects.count()) == (422, True, 0)


def test_one_slip_after_the_other_and_which_are_missing(client: Client) -> None:
    hand_in(client, from_paper(paper_slip="K7P-01"))
    answer = hand_in(client, from_paper(paper_slip="K7P-04", narrative="第四张"))
    assert "slip=K7P-05" in answer.headers["Location"]
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'value="K7P-05"' in page
    assert "还缺 K7P-02、K7P-03" in re.sub(r"\s+", " ", page)


def test_a_report_on_paper_about_a_known_case_joins_it(client: Client) -> None:
    hand_in(client, typed())
    case = Case.objects.get()
    hand_in(client, from_paper(into_number=case.number, narrative="又来电"), "case_added")
    told = Event.objects.get(case=case, action="add_contact").detail
    assert (told["paper"], Contact.objects.filter(link__case=case).count()) == ("K7P-03", 2)


def test_the_file_prints_when_nothing_runs() -> None:
    text = slips.page(cast.office("xian"), at=timezone.now(), styles="body{color:#000}")
    assert "<style>body{color:#000}</style>" in text
    assert re.findall(r'(?:src|href)="', text) == []
