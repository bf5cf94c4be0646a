"""The whole loop with the rights that pages have, each step committed: what the database checks at the end of a transaction it checks."""

from django.db import connection

from hutong.hotline.cases.models import Case
from tests import cast
from tests.desks.api.software import Software
from tests.loop import opened

# Who does what, and what they say; a case that goes away from who acts goes all the same.
STEPS = (
    ("zhou", "assess", {"tier": "III", "category": "rights_violation", "phase": "emergency", "text": "先上门看孩子"}),
    ("zhou", "dispatch", {"office": "lianhu", "text": "请今天上门"}),
    ("ma", "return", {"text": "孩子住在长安区"}),
    ("zhou", "dispatch", {"office": "changan", "text": "请今天上门"}),
    ("cui", "accept", {}),
    ("cui", "note", {"text": "已联系学校"}),
    ("cui", "report", {"text": "已上门，孩子由外婆照料", "child_state": "safe"}),
    ("zhou", "approve", {}),
    ("he", "answer", {"text": "已告知报告人处理结果"}),
    ("he", "close", {"text": "孩子安全", "is_safe": True, "is_solved": True, "satisfaction": "satisfied"}),
)


def test_a_case_goes_round_the_loop(committed: object) -> None:
    case = opened()
    connection.close()
    for who, code, said in STEPS:
        case.refresh_from_db()
        body = said | ({"office": str(cast.office(str(said["office"])).pk)} if "office" in said else {})
        answer = Software.of(who).act(case, code, **body)
        assert answer.status_code == 200, (who, code, answer.content.decode())

    assert Case.objects.get().stage == "closed"
    assert Software.of("ma").get(f"cases/{case.pk}").status_code == 404  # Lianhu gave it back
