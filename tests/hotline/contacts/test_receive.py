from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries, rules
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Post
from tests import cast
from tests.together import together

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def receive(**changes: Any) -> tuple[Contact, bool]:
    said = {
        "centre": cast.office("xian"),
        "channel": "web",
        "narrative": "楼上孩子夜里一直哭。",
        "idempotency_key": "w-1",
        "by": None,
        "at": AT,
    }
    return contacts.receive(**said | changes)


@pytest.mark.django_db
def test_what_arrives_by_itself_waits_on_the_clock() -> None:
    contact, created = receive(reporter=ReporterFacts(phone="13900001234"))
    assert created
    assert contact.outcome == "pending"
    assert contact.taken_by is None
    assert contact.due_at is not None
    assert AT < contact.due_at <= AT + timedelta(days=1)
    assert list(queries.pending(cast.post("xu"))) == [contact]
    assert not queries.pending(cast.post("qin"))


@pytest.mark.django_db
def test_the_same_key_twice_is_one_contact() -> None:
    first, _created = receive()
    assert receive(at=AT + timedelta(minutes=1)) == (first, False)
    assert Contact.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"narrative": "别的事。"}, {"channel": "wechat"}, {"reporter": ReporterFacts(phone="110")}])
def test_the_same_key_with_another_body_is_refused(changes: dict[str, Any]) -> None:
    receive()
    with pytest.raises(Refusal) as refused:
        receive(**changes)
    assert refused.value.reason == rules.KEY_REUSED


@pytest.mark.django_db
def test_each_sender_has_keys_of_its_own() -> None:
    from_the_public, _created = receive()
    from_a_school, created = receive(by=cast.post("shi"))
    assert created
    assert from_a_school != from_the_public
    assert (from_a_school.sender, from_the_public.sender) == (cast.office("lianhu-education"), None)


@pytest.mark.django_db
def test_a_senders_key_names_one_contact_even_where_another_centre_would_take_it() -> None:
    first, _created = receive(by=cast.post("shi"))
    assert receive(by=cast.post("shi"), centre=cast.office("baoji")) == (first, False)


@pytest.mark.django_db
def test_what_became_of_a_contact_is_told_to_its_centre_and_its_sender() -> None:
    contact, _created = receive(by=cast.post("shi"))
    told = {name: contact in queries.told_to(cast.post(name)) for name in ("xu", "shi", "jiang", "qin", "song")}
    assert told == {"xu": True, "shi": True, "jiang": False, "qin": False, "song": False}


@pytest.mark.django_db
def test_an_empty_report_and_an_office_that_is_no_centre_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        receive(narrative="\ud83d \x00")
    assert set(refused.value.fields) == {"narrative"}
    with pytest.raises(Refusal) as refused:
        receive(centre=cast.office("lianhu"))
    assert refused.value.reason == rules.NOT_OF_THE_CENTRE


def test_the_same_key_from_many_sides_at_once_is_one_contact(committed: object) -> None:
    answers = together(*[receive] * 6)
    assert len({contact.pk for contact, _created in answers}) == 1
    assert sum(created for _contact, created in answers) == 1
    assert Contact.objects.count() == 1


@pytest.mark.django_db
class TestSettling:
    def settle(self, contact: Contact, by: Post, **changes: Any) -> Contact:
        return contacts.settle_pending(contact.pk, by=by, at=AT, **{"outcome": "answered", "answer": "已回电。"} | changes)

    def test_a_person_decides_once_and_the_second_hears_who_was_first(self) -> None:
        contact, _created = receive()
        settled = self.settle(contact, cast.post("xu"))
        assert (settled.outcome, settled.taken_by) == ("answered", cast.post("xu"))
        with pytest.raises(Refusal) as refused:
            self.settle(contact, cast.post("he"))
        assert refused.value.reason.code == "settled"
        assert "徐宁" in str(refused.value)
        assert not queries.pending(cast.post("xu"))

    def test_what_the_reporter_wrote_stays_and_the_reporter_may_be_completed(self) -> None:
        contact, _created = receive(reporter=ReporterFacts(phone="13900001234"), place_text="环城西路")
        self.settle(contact, cast.post("xu"), reporter=ReporterFacts(is_anonymous=False, name="刘桂芳", phone="13900001234"))
        contact.refresh_from_db()
        assert (contact.narrative, contact.place_text, contact.reporter.name) == ("楼上孩子夜里一直哭。", "环城西路", "刘桂芳")

    def test_an_answer_is_needed_and_the_contact_still_waits_without(self) -> None:
        contact, _created = receive()
        with pytest.raises(Refusal) as refused:
            self.settle(contact, cast.post("xu"), answer=" ")
        assert set(refused.value.fields) == {"answer"}
        assert list(queries.pending(cast.post("xu"))) == [contact]

    def test_another_centres_contact_is_not_there(self) -> None:
        contact, _created = receive()
        with pytest.raises(Refusal) as refused:
            self.settle(contact, cast.post("qin"))
        assert refused.value.reason == rules.NO_CONTACT
