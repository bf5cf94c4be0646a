"""What is being typed is its writer's alone. Uploads are not there yet; they will belong to a draft."""

from uuid import UUID

import pytest
from django.urls import reverse

from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post
from tests.abuse.attack import attack, patched, sql
from tests.clients import signed_in
from tests.desks.operator.sheets import WORDS, typed
from tests.loop import case_at

pytestmark = pytest.mark.django_db
RANDOM_BITS = 32  # at the end of a UUIDv7, whatever the clock and its counter say


def anybodys(post: Post, draft_id: UUID, *, form: str, subject_id: UUID | None = None) -> Draft:
    return Draft.objects.filter(pk=draft_id).first() or Draft(pk=draft_id, post=post, form=form, subject_id=subject_id)


@attack(
    8,
    patched("hutong.hotline.contacts.queries.sheet_of", anybodys),
    sql("ALTER TABLE contacts_draft DISABLE ROW LEVEL SECURITY", undo="ALTER TABLE contacts_draft ENABLE ROW LEVEL SECURITY"),
)
@pytest.mark.parametrize("other", ["he", "qin"])
def test_anothers_draft_is_neither_read_nor_written_over(other: str) -> None:
    draft_id = new_id()
    signed_in("xu").post(reverse("operator:draft", args=[draft_id]), typed())
    thief = signed_in(other)
    page = thief.get(reverse("operator:desk", query={"sheet": draft_id}))
    thief.post(reverse("operator:draft", args=[draft_id]), typed(narrative="改", version="9"))

    assert WORDS not in page.content.decode()
    assert Draft.objects.get(pk=draft_id).fields["narrative"] == [WORDS]


def test_the_id_of_a_draft_is_not_to_be_guessed() -> None:
    ids = [new_id().int for _time in range(200)]
    tails = {number & (1 << RANDOM_BITS) - 1 for number in ids}

    assert len(tails) == 200
    assert all({bool(tail >> bit & 1) for tail in tails} == {True, False} for bit in range(RANDOM_BITS))


def test_nor_do_the_forms_of_a_case_say_more_than_that_there_is_none() -> None:
    case, once = case_at("handling"), str(new_id())
    address = reverse("cases:draft", args=[case.pk, "note"])
    assert signed_in("zhou").post(address, {"once": once, "text": "周敏写的"}).status_code == 204
    assert signed_in("tan").post(address, {"once": once, "text": "谭新写的", "version": "9"}).status_code == 404
    assert Draft.objects.get(pk=once).fields["text"] == ["周敏写的"]
