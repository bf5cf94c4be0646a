"""A case moves along the drawn stages alone: nobody skips one, repeats one, goes back, or acts on what is closed."""

import pytest

from hutong.hotline.cases.rules import ACTIONS
from tests.abuse.attack import attack, patched
from tests.desks.api.software import Software, document, smallest
from tests.loop import ONWARD, case_at

pytestmark = pytest.mark.django_db
SAYS = {"text": "做了", "child_state": "safe"}
STAGES = [*ONWARD, "closed"]


def body_of(code: str) -> dict[str, object]:
    """The smallest body of an action."""
    operation = document()["paths"][f"/api/cases/{{case_id}}/actions/{code}"]["post"]
    body: dict[str, object] = smallest(operation["requestBody"]["content"]["application/json"]["schema"])
    return body | {name: value for name, value in SAYS.items() if name in body}


@attack(16, patched("hutong.hotline.cases.rules.why_not", lambda _action, _situation: None))
@pytest.mark.parametrize("code", ["report", "return"])
def test_what_is_not_drawn_at_a_stage_is_refused_there(code: str) -> None:
    for stage in [stage for stage in STAGES if stage not in ACTIONS[code].stages]:
        case = case_at(stage)
        answer = Software.of("wang").act(case, code, **{**body_of(code), "seen": case.version})
        before = (case.stage, case.version)
        case.refresh_from_db()
        assert answer.status_code in {404, 409}, f"{code} at {stage}"  # before it is handed out, the county knows of none
        assert (case.stage, case.version) == before


@attack(16, patched("hutong.hotline.cases.rules.why_not", lambda _action, _situation: None))
def test_a_step_that_was_taken_is_not_taken_again() -> None:
    case = case_at("handling")
    for _time in range(2):
        answer = Software.of("wang").act(case, "accept")
        assert answer.status_code == 409
    case.refresh_from_db()
    assert case.stage == "handling"
