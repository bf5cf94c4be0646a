"""Attack 5: hints, counters, snippets and titles show nothing of a case that one may not see."""

import re

import pytest
from django.urls import reverse

from hutong.hotline.cases.actions import restricting
from hutong.hotline.cases.models import Case
from hutong.hotline.people.models import Child
from tests.abuse.attack import NO_WALL, attack, patched
from tests.cast import post
from tests.clients import signed_in
from tests.desks.operator.sheets import typed
from tests.loop import START, opened

pytestmark = pytest.mark.django_db


@attack(5, patched("hutong.hotline.cases.queries.visible_to", lambda post: Case.objects.all()), NO_WALL)
def test_of_a_hidden_case_of_the_same_child_only_that_it_is_there_is_told() -> None:
    child = Child.objects.create(name="小满", present_division_id="610104")
    here, hidden = opened(child=child), opened(child=child)
    restricting.restrict(hidden.pk, by=post("zhou"), at=START, seen=None, text="公众人物的孩子")
    client = signed_in("xu")
    pages = [
        client.get(reverse("cases:case", args=[here.pk])),
        client.get(reverse("cases:search", query={"q": hidden.number})),
        client.get(reverse("cases:work")),
        client.get(reverse("shift:board")),
        client.post(reverse("operator:known"), typed(phone="13800001234", place="莲湖区")),
    ]
    for page in pages:
        assert page.status_code == 200
        shown = re.sub(r'(value="|q=)' + hidden.number, "", page.content.decode())  # what one has typed oneself
        assert str(hidden.pk) not in shown
        assert hidden.number not in shown
