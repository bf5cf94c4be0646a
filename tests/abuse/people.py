"""A case with somebody of every kind in it, whose values are told apart at sight; and what a guard that is gone would show."""

from datetime import date
from typing import Any

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import sight
from hutong.hotline.cases.actions import recording
from hutong.hotline.cases.models import Case, PartyRole
from hutong.hotline.people.models import Person
from tests.cast import office, post
from tests.loop import START, case_at
from tests.sealed import change

CHILD: dict[str, Any] = {
    "name": "欧阳小雨", "born_on": date(2017, 3, 1), "phone": "13900001111", "address": "环城西路 3 号", "school": "莲湖小学",
    "id_number": "610104201703010011",
}  # fmt: skip
GUARDIAN = {"name": "钱大成", "phone": "13900002222", "address": "劳动路 5 号", "id_number": "610104198001010022"}
WITNESS = {"name": "李见证", "phone": "13900004444", "address": "桃园路 9 号", "id_number": "610104198001010044"}
REPORTER = {"name": "郑重", "phone": "13800001234"}
SECRETS = [str(value) for known in (CHILD, GUARDIAN, WITNESS, REPORTER) for value in known.values()]
ALL_PLAIN = dict.fromkeys(sight.TABLE, (sight.PLAIN,) * len(sight.STANDINGS))


def a_case(stage: str = "handling") -> Case:
    """With a child, a guardian and a witness; a school's department has a part of it."""
    case = case_at(stage)
    change(case.child_links.get().child, **CHILD, suicide_risk="high")
    for known, role in ((GUARDIAN, PartyRole.GUARDIAN), (WITNESS, PartyRole.WITNESS)):
        recording.add_party(case.pk, person=Person.objects.create(**known), role=role, relation="", by=post("zhou"), at=START)
    assignments.refer(case.pk, office=office("lianhu-education"), by=post("zhou"), at=START, seen=None, text="请协助复学")
    case.refresh_from_db()
    return case
