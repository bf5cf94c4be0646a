from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries, rules
from hutong.hotline.contacts.actions import ReporterFacts
from hutong.hotline.contacts.models import Contact, Reporter
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Division
from tests import cast

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NAMED = ReporterFacts(is_anonymous=False, name="刘桂芳", phone="１３９ ００００ １２３４", relation="邻居", wants_answer="phone")

pytestmark = pytest.mark.django_db


def take(**changes: Any) -> Contact:
    said = {
        "by": cast.post("xu"),
        "at": AT,
        "channel": "phone",
        "narrative": "问孤儿补贴怎么办。",
        "outcome": "answered",
        "answer": "已告知材料。",
    }
    return contacts.take(**said | changes)


def test_a_contact_answered_on_the_spot_is_kept_with_its_reporter_apart() -> None:
    contact = take(reporter=NAMED, place=Division.objects.get(code="610104"), place_text="环城西路")
    contact.refresh_from_db()
    assert (contact.centre, contact.outcome, contact.received_at) == (cast.office("xian"), "answered", AT)
    assert (contact.reporter.name, contact.reporter.phone) == ("刘桂芳", "13900001234")


def test_the_reporter_is_nowhere_but_in_the_reporters_table() -> None:
    contact = take(reporter=NAMED)
    row = " ".join(str(value) for value in Contact.objects.filter(pk=contact.pk).values().get().values())
    log = " ".join(str(entry.detail) for entry in AuditEntry.objects.filter(subject_id=contact.pk))
    for secret in ("刘桂芳", "13900001234", "１３９"):
        assert secret not in row + log


def test_taking_leaves_one_line_in_the_log() -> None:
    contact = take()
    entry = AuditEntry.objects.get(subject_id=contact.pk)
    assert (entry.verb, entry.post_id, entry.detail) == ("take", cast.post("xu").pk, {"channel": "phone", "outcome": "answered"})


@pytest.mark.parametrize("reason", ["silent", "prank", "wrong_number", "test", "other_business"])
def test_a_nuisance_needs_its_reason_and_nothing_else(reason: str) -> None:
    contact = take(narrative="", answer="", outcome="not_a_case", not_a_case=reason)
    assert contact.not_a_case == reason
    assert not Reporter.objects.filter(contact=contact).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"narrative": " \n"}, "narrative"),
        ({"narrative": "护" * 20_001}, "narrative"),
        ({"answer": ""}, "answer"),
        ({"outcome": "not_a_case"}, "not_a_case"),
        ({"outcome": "not_a_case", "not_a_case": "boring"}, "not_a_case"),
        ({"channel": "pigeon"}, "channel"),
        ({"received_at": AT + timedelta(hours=1)}, "received_at"),
        ({"place_text": "址" * 201}, "place_text"),
        ({"reporter": ReporterFacts(phone="12")}, "phone"),
        ({"reporter": ReporterFacts(is_anonymous=False, id_number="12")}, "id_number"),
        ({"reporter": ReporterFacts(name="刘桂芳")}, "name"),
        ({"reporter": ReporterFacts(wants_answer="message")}, "phone"),
        ({"reporter": ReporterFacts(wants_answer="shout")}, "wants_answer"),
        ({"reporter": ReporterFacts(relation="邻" * 41)}, "relation"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_written(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        take(**changes)
    assert set(refused.value.fields) == {field}
    assert not Contact.objects.exists()


@pytest.mark.parametrize("code", ["61", "6101", "1101"])
def test_a_place_of_the_wrong_level_is_refused(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        take(place=Division.objects.get(code=code))
    assert set(refused.value.fields) == {"place"}


def test_twenty_thousand_characters_are_taken() -> None:
    assert len(take(narrative="护" * 20_000).narrative) == 20_000


def test_pending_is_no_way_to_end_a_call() -> None:
    with pytest.raises(Refusal) as refused:
        take(outcome="pending")
    assert refused.value.reason == rules.NO_OUTCOME


def test_only_a_centre_takes_contacts() -> None:
    with pytest.raises(Refusal) as refused:
        take(by=cast.post("wang"))
    assert refused.value.reason == rules.NOT_OF_THE_CENTRE


def test_an_anonymous_reporter_keeps_a_telephone_number() -> None:
    contact = take(reporter=ReporterFacts(phone="139 0000 1234", wants_answer="phone"))
    assert (contact.reporter.is_anonymous, contact.reporter.phone) == (True, "13900001234")


def test_an_identity_number_with_a_wrong_check_digit_is_kept_as_not_verified() -> None:
    contact = take(reporter=ReporterFacts(is_anonymous=False, id_number="110105194912310021"))
    assert (contact.reporter.id_number, contact.reporter.id_number_verified) == ("110105194912310021", False)


def test_the_same_form_twice_is_one_contact() -> None:
    first = take(idempotency_key="k", reporter=NAMED)
    assert take(idempotency_key="k", reporter=NAMED, at=AT + timedelta(seconds=3)) == first
    assert (Contact.objects.count(), AuditEntry.objects.filter(verb="take").count()) == (1, 1)


def test_another_text_under_the_same_key_is_refused() -> None:
    take(idempotency_key="k")
    with pytest.raises(Refusal) as refused:
        take(idempotency_key="k", narrative="另一件事。")
    assert refused.value.reason == rules.KEY_REUSED


def test_the_keys_of_two_centres_are_apart() -> None:
    assert take(idempotency_key="k") != take(idempotency_key="k", by=cast.post("qin"))


def test_a_number_finds_what_it_told_this_centre_before() -> None:
    first, second = (take(reporter=NAMED, at=AT + timedelta(days=day)) for day in (0, 1))
    take(reporter=NAMED, by=cast.post("qin"))
    take(reporter=ReporterFacts(phone="13900009999"))
    assert list(queries.earlier_contacts(cast.post("he"), phone="13900001234")) == [second, first]
    assert not queries.earlier_contacts(cast.post("he"), phone="")
    assert not queries.earlier_contacts(cast.post("wang"), phone="13900001234")


def test_todays_contacts_are_the_takers_own() -> None:
    mine = take()
    take(at=AT - timedelta(days=1))
    take(by=cast.post("he"))
    assert list(queries.taken_on(cast.post("xu"), AT.date())) == [mine]
