from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import queries, rules
from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Refusal
from tests import cast

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def save(draft_id: UUID, narrative: str, version: int, **changes: Any) -> Draft | None:
    said = {"post": cast.post("xu"), "form": "intake", "fields": {"narrative": narrative}, "version": version, "at": AT}
    return contacts.save_draft(draft_id, **said | changes)


def test_what_is_typed_is_there_again() -> None:
    key = new_id()
    save(key, "楼上", 1)
    save(key, "楼上孩子", 2)
    draft = queries.sheet_of(cast.post("xu"), key, form="intake")
    assert draft.fields == {"narrative": "楼上孩子"}
    assert list(queries.drafts_of(cast.post("xu"))) == [draft]


def test_an_older_save_that_arrives_late_changes_nothing() -> None:
    key = new_id()
    save(key, "楼上孩子夜里哭", 7)
    late = save(key, "楼上", 3)
    assert late is not None
    assert late.fields == {"narrative": "楼上孩子夜里哭"}


def test_anything_typed_can_be_kept_whatever_its_signs_and_length() -> None:
    draft = save(new_id(), "护" * 30_000, 1, fields={"narrative": "护" * 30_000, "half": ["a\ud83d\x00", {"b\x00": 1}]})
    assert draft is not None
    draft.refresh_from_db()
    assert len(draft.fields["narrative"]) == 30_000
    assert draft.fields["half"] == ["a", {"b": 1}]


def test_a_draft_is_its_writers_alone() -> None:
    key = new_id()
    save(key, "楼上", 1)
    with pytest.raises(Refusal) as refused:
        save(key, "改", 2, post=cast.post("he"))
    assert refused.value.reason == rules.NOT_YOUR_DRAFT
    contacts.discard_draft(key, post=cast.post("he"))
    with pytest.raises(Refusal):
        queries.sheet_of(cast.post("he"), key, form="intake")
    assert Draft.objects.get().fields == {"narrative": "楼上"}


def test_a_discarded_draft_is_gone() -> None:
    key = new_id()
    save(key, "楼上", 1)
    contacts.discard_draft(key, post=cast.post("xu"))
    assert not queries.drafts_of(cast.post("xu"))
    assert queries.sheet_of(cast.post("xu"), key, form="intake").fields == {}


def test_the_page_that_closes_after_saving_leaves_no_draft_behind() -> None:
    key = new_id()
    contacts.take(
        by=cast.post("xu"), at=AT, channel="phone", narrative="", outcome="not_a_case", not_a_case="silent", idempotency_key=str(key)
    )  # fmt: skip
    assert save(key, "楼上", 9) is None
    assert not Draft.objects.exists()


def test_nor_does_the_page_of_a_pending_contact_that_was_settled() -> None:
    contact, _created = contacts.receive(centre=cast.office("xian"), channel="web", narrative="哭声", idempotency_key="w", by=None, at=AT)
    assert save(new_id(), "", 1, subject_id=contact.pk) is not None
    contacts.settle_pending(contact.pk, by=cast.post("xu"), at=AT, outcome="not_a_case", not_a_case="prank")
    assert save(new_id(), "", 1, subject_id=contact.pk) is None
