"""What is handed out is listed field by field: a new column shows nowhere by itself."""

import json
from typing import Any

import pytest
from django.db.models import Model

from hutong.desks.api import shapes
from hutong.hotline.cases.models import Case
from hutong.hotline.people.models import Child
from tests.abuse.attack import attack, patched
from tests.desks.api.software import Software
from tests.loop import case_at

pytestmark = pytest.mark.django_db
SECRET = "只在新的一列里"
NEVER = {"id_number_digest", "password", "digest", "seen_by", "idempotency_key", "idempotency_digest", "xact"}
listed = shapes.whole


def everything(case: Case, *args: Any, **kwargs: Any) -> Any:
    """A careless serializer: whatever the row has."""
    found = listed(case, *args, **kwargs)
    return found.model_copy(update={"title": " ".join(str(value) for value in vars(case).values())})


def names(told: Any) -> set[str]:
    if isinstance(told, list):
        return set().union(*map(names, told))
    return set(told).union(*map(names, told.values())) if isinstance(told, dict) else set()


@attack(12, patched("hutong.desks.api.cases.whole", everything))
def test_a_new_column_is_in_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_at("handling")
    begin = Model.__init__

    def with_a_column(row: Any, *args: Any, **kwargs: Any) -> None:
        begin(row, *args, **kwargs)
        if isinstance(row, Case | Child):
            row.new_column = SECRET

    monkeypatch.setattr(Model, "__init__", with_a_column)
    for address in ("cases", f"cases/{case.pk}"):
        told = json.loads(Software.of("zhou").get(address).content)
        assert SECRET not in json.dumps(told, ensure_ascii=False)
        assert names(told) & NEVER == set()
