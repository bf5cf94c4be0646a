"""Contacts that another system sends, and what it hears of them afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.actions import opening, recusing, restricting
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts.models import Contact
from hutong.hotline.network.models import Division
from tests import cast
from tests.desks.api.software import NOBODY, Software

WORDS = "楼上孩子夜里一直哭。"


def sent(software: Software, *, key: str = "w-1", **changes: Any) -> HttpResponse:
    return software.post("contacts", {"channel": "work_order", "narrative": WORDS, "place": "610104"} | changes, key=key)


def opened_from(contact: Contact) -> None:
    """An operator makes a case of it, and the case is closed on the spot with an answer."""
    xu, at = cast.post("xu"), timezone.now()
    with transaction.atomic():
        settled = contacts.settle_pending(contact.pk, by=xu, at=at, outcome="case_opened")
        case = opening.open_case(contact=settled, by=xu, at=at, title="夜里哭", tier="IV")
    opening.answer_on_the_spot(case.pk, by=xu, at=at, seen=None, text="已告知去处")


@pytest.mark.django_db
class TestSending:
    def test_a_contact_waits_at_the_centre_on_the_clock(self) -> None:
        answer = sent(Software.of("xu"), place_text="西关正街 1 号", received_at="2026-01-02T03:04:05+08:00")

        contact = Contact.objects.get()
        assert answer.status_code == 201
        assert answer.json() == {  # type: ignore[attr-defined]
            "id": str(contact.pk),
            "centre": {"id": str(cast.office("xian").pk), "code": "xian", "name": "西安市12349热线中心"},
            "received_at": "2026-01-02T03:04:05+08:00",
            "due_at": contact.due_at and timezone.localtime(contact.due_at).isoformat(timespec="milliseconds"),
            "remarks": {},
        }
        assert (contact.outcome, contact.channel, contact.narrative) == ("pending", "work_order", WORDS)
        assert (contact.place_id, contact.place_text, contact.sender) == ("610104", "西关正街 1 号", cast.office("xian"))
        assert AuditEntry.objects.get(verb="receive").post_id == cast.post("xu").pk

    def test_who_told_is_kept_apart_in_normal_form(self) -> None:
        reporter = {"is_anonymous": False, "name": "郑重", "phone": "１３８ 0000－1234", "wants_answer": "phone"}

        answer = sent(Software.of("xu"), reporter=reporter)

        kept = Contact.objects.get().reporter
        assert (answer.status_code, kept.name, kept.phone) == (201, "郑重", "13800001234")

    @pytest.mark.parametrize(
        ("username", "place", "centre"),
        [
            ("xu", "610323", "xian"),  # a centre takes it itself
            ("shi", "610323", "baoji"),  # else the place decides
            ("shi", None, "xian"),  # else where the sender is
            ("song", "610104000000", "xian"),  # a code in its long form
            ("song", "６１０１０４", "xian"),  # full-width digits
        ],
    )
    def test_the_right_centre_takes_it(self, username: str, place: str | None, centre: str) -> None:
        answer = sent(Software.of(username), place=place)

        assert (answer.status_code, Contact.objects.get().centre) == (201, cast.office(centre))

    @pytest.mark.parametrize("place", [None, "110101"])
    def test_without_a_centre_it_says_that_the_place_is_missing(self, place: str | None) -> None:
        answer = sent(Software.of("song"), place=place)

        assert (answer.status_code, answer.json()["code"], [*answer.json()["fields"]]) == (422, "no_centre", ["place"])  # type: ignore[attr-defined]
        assert not Contact.objects.exists()

    def test_the_same_key_twice_is_one_contact(self) -> None:
        software = Software.of("shi")

        first, second = sent(software), sent(software)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()  # type: ignore[attr-defined]
        assert Contact.objects.count() == 1

    def test_the_same_key_with_another_body_is_refused(self) -> None:
        software = Software.of("shi")
        sent(software)

        answer = sent(software, narrative="另一件事。")

        assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")  # type: ignore[attr-defined]
        assert Contact.objects.count() == 1

    def test_another_office_has_keys_of_its_own(self) -> None:
        answers = [sent(Software.of(username), narrative=username) for username in ("shi", "jiang", "xu")]

        assert [answer.status_code for answer in answers] == [201, 201, 201]

    def test_what_was_kept_otherwise_is_said_and_nothing_is_lost(self) -> None:
        reporter = {"is_anonymous": False, "name": "郑重", "id_number": "610104199001010013", "phone": "13800001234"}

        answer = sent(Software.of("xu"), narrative="孩子哭\ud83d了", reporter=reporter)

        contact = Contact.objects.get()
        assert (contact.narrative, contact.reporter.id_number) == ("孩子哭了", "610104199001010013")
        assert contact.reporter.id_number_verified is False
        assert answer.json()["remarks"] == {  # type: ignore[attr-defined]
            "narrative": "有 1 处无法识别的字符（多为半个表情或生僻字）没有保存，其余文字都在，请看一眼。",
            "reporter.id_number": "身份证号校验位不符，可能记错了一位，按“未核验”保存，请核对。",
        }


BAD = {
    "no such division": ({"place": "610999"}, "place"),
    "not a code": ({"place": "莲湖区"}, "place"),
    "too wide a place": ({"place": "6101"}, "place"),
    "an impossible date": ({"received_at": "2026-02-30T08:00:00+08:00"}, "received_at"),
    "a date without its zone": ({"received_at": "2026-02-20T08:00:00"}, "received_at"),
    "a date long before any child": ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
    "a number for a date": ({"received_at": 1}, "received_at"),
    "a day to come": ({"received_at": "2999-01-01T00:00:00Z"}, "received_at"),
    "a text that is too long": ({"narrative": "长" * 20_001}, "narrative"),
    "nothing told": ({"narrative": " \ud83d\x00"}, "narrative"),
    "a text that is none": ({"narrative": ["孩子"]}, "narrative"),
    "a channel that people type": ({"channel": "phone"}, "channel"),
    "an unknown channel": ({"channel": "V"}, "channel"),
    "a slip of the pen": ({"plcae": "610104"}, "plcae"),
    "a name beside anonymous": ({"reporter": {"name": "郑重"}}, "reporter.name"),
    "no telephone to answer": ({"reporter": {"wants_answer": "phone"}}, "reporter.phone"),
    "no telephone number": ({"reporter": {"phone": "123-abc"}}, "reporter.phone"),
    "no identity number": ({"reporter": {"is_anonymous": False, "id_number": "12"}}, "reporter.id_number"),
    "a slip within": ({"reporter": {"nmae": "郑重"}}, "reporter.nmae"),
    "yes for true": ({"reporter": {"is_anonymous": "yes"}}, "reporter.is_anonymous"),
    "a reporter that is none": ({"reporter": "郑重"}, "reporter"),
    "an unknown wish": ({"reporter": {"wants_answer": "fax"}}, "reporter.wants_answer"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_told_by_field_and_not_kept(fault: str) -> None:
    changes, field = BAD[fault]

    answer = sent(Software.of("xu"), **changes)

    said = answer.json()  # type: ignore[attr-defined]
    assert (answer.status_code, [*said["fields"]]) == (422, [field])
    assert said["sentence"]
    assert said["fields"][field]
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_all_that_is_wrong_is_told_at_once() -> None:
    answer = sent(Software.of("xu"), narrative="", received_at="2999-01-01T00:00:00Z", reporter={"phone": "1", "name": "郑"})

    assert answer.json()["fields"].keys() == {"narrative", "received_at", "reporter.phone", "reporter.name"}  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "长", "k" * 101, "\x00"])
def test_a_contact_needs_a_key_of_1_to_100_visible_characters(key: str) -> None:
    answer = sent(Software.of("xu"), key=key)

    assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["Idempotency-Key"])  # type: ignore[attr-defined]


def test_the_same_key_from_many_sides_at_once_is_one_contact(committed: object) -> None:
    software, start = Software.of("shi"), Barrier(6)

    def send(_try: int) -> HttpResponse:
        start.wait()
        try:
            return sent(software)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 201]
    assert {answer.json()["id"] for answer in answers} == {str(Contact.objects.get().pk)}  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=False)
class TestHearing:
    def became(self, username: str, contact: Contact) -> HttpResponse:
        return Software.of(username).get(f"contacts/{contact.pk}")

    def contact(self, username: str = "shi") -> Contact:
        sent(Software.of(username))
        return Contact.objects.get()

    def test_at_first_it_waits(self) -> None:
        contact = self.contact()

        said = self.became("shi", contact).json()  # type: ignore[attr-defined]

        assert {name: said[name] for name in ("outcome", "not_a_case", "case_number", "answered_at", "closed_at")} == {
            "outcome": "pending", "not_a_case": None, "case_number": None, "answered_at": None, "closed_at": None,
        }  # fmt: skip

    def test_the_sender_hears_of_the_case_that_it_exists_was_answered_and_closed_and_no_more(self) -> None:
        contact = self.contact()
        opened_from(contact)
        contact.refresh_from_db()

        said = self.became("shi", contact).json()  # type: ignore[attr-defined]

        assert said.keys() == {"id", "centre", "received_at", "outcome", "not_a_case", "case_number", "answered_at", "closed_at"}
        assert (said["outcome"], said["case_number"]) == ("case_opened", contact.link.case.number)
        assert None not in (said["answered_at"], said["closed_at"])

    def test_why_it_was_no_case_is_told(self) -> None:
        contact = self.contact()
        contacts.settle_pending(contact.pk, by=cast.post("xu"), at=timezone.now(), outcome="not_a_case", not_a_case="other_business")

        said = self.became("shi", contact).json()  # type: ignore[attr-defined]

        assert (said["outcome"], said["not_a_case"]) == ("not_a_case", "other_business")

    def test_the_centre_hears_too_and_others_hear_what_is_said_of_one_that_is_not_there(self) -> None:
        contact = self.contact()

        answers = {username: self.became(username, contact) for username in ("xu", "jiang", "qin", "song", "ma")}

        nothing = Software.of("ma").get(f"contacts/{NOBODY}")
        assert {username: answer.status_code for username, answer in answers.items()} == {
            "xu": 200, "jiang": 404, "qin": 404, "song": 404, "ma": 404,
        }  # fmt: skip
        assert answers["ma"].content == nothing.content

    def test_of_a_restricted_case_the_sender_hears_and_at_the_centre_who_is_let_in_alone(self) -> None:
        contact, at = self.contact(), timezone.now()
        settled = contacts.settle_pending(contact.pk, by=cast.post("xu"), at=at, outcome="case_opened")
        place = Division.objects.get(pk="610104")
        case = opening.open_case(contact=settled, by=cast.post("xu"), at=at, title="老师打人", tier="III", place=place)
        restricting.restrict(case.pk, by=cast.post("zhou"), at=at, seen=None, text="涉公众人物")

        assert {who: self.became(who, contact).status_code for who in ("shi", "zhou", "he")} == {"shi": 200, "zhou": 200, "he": 404}

    def test_a_sender_that_must_keep_away_from_the_case_hears_nothing_more(self) -> None:
        contact = self.contact()
        xu, at = cast.post("xu"), timezone.now()
        settled = contacts.settle_pending(contact.pk, by=xu, at=at, outcome="case_opened")
        case = opening.open_case(contact=settled, by=xu, at=at, title="老师打人", tier="III", place=Division.objects.get(pk="610104"))

        before = self.became("shi", contact).status_code
        recusing.recuse(case.pk, by=cast.post("zhou"), at=at, seen=None, text="老师在该局", office=cast.office("lianhu-education"))
        after = self.became("shi", contact)

        assert (before, after.status_code) == (200, 404)
        assert sent(Software.of("shi")).json().keys() == {"id", "centre", "received_at", "due_at", "remarks"}  # type: ignore[attr-defined]
