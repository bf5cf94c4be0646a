"""Rulebooks that hold, made by the same verbs as in service."""

from datetime import date, datetime, timedelta
from typing import Any

from hutong.hotline.network.models import Division, Post, Role, Staff
from hutong.hotline.rulebook import actions
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.trials import actions as trials
from hutong.hotline.trials import timers
from tests import cast

LIMIT = {"tier": "III", "step": "handling", "kind": "", "amount": 10, "unit": "working_day", "warn_at": [50, 80],
         "ends_on_workday": False, "pause_days": 0, "basis": "市里的规定"}  # fmt: skip
RUNG = {"tier": "III", "position": 1, "after": 0, "target": "worker_head", "notice": "app", "orders": False, "next_step": "安排人办理",
        "basis": "市里的规定"}  # fmt: skip
QUESTION = {"category": "", "position": 9, "text": "孩子吃饭了吗？", "basis": "市里的规定"}
ROUTE = {"category": "hardship", "harm": "助学", "status": "", "lead": "education", "referred": [], "basis": "市里的规定"}
TIER = {"tier": "III", "told": ["county"], "acts": "县级", "first_hour": "看孩子", "basis": "市里的规定"}
RETENTION = {"what": "recording", "months": 24, "basis": "市里的规定"}
ROWS = {"limits": LIMIT, "rungs": RUNG, "questions": QUESTION, "routes": ROUTE, "tiers": TIER, "retention": RETENTION}


def administrator(office: str, name: str = "管理员") -> Post:
    """Another administrator of an office of the cast."""
    staff = Staff.objects.create(username=f"admin-{office}-{Staff.objects.count()}", name=name)
    return Post.objects.create(staff=staff, office=cast.office(office), role=Role.ADMINISTRATOR, valid_from=date(2020, 1, 1))


def a_draft(division: str | None, *rows: dict[str, Any], at: datetime, table: str = "limits") -> Rulebook:
    """A draft of the system's, with these rows, each as it is usual but for what is said."""
    draft = actions.begin(by=None, at=at, division=Division.objects.get(pk=division) if division else None)
    for row in rows:
        actions.write_row(draft.pk, TABLES[table], ROWS[table] | row, by=None, at=at)
    return draft


def in_force(division: str | None, *rows: dict[str, Any], at: datetime, table: str = "limits") -> Rulebook:
    """A rulebook that holds from `at` on."""
    return actions.approve(a_draft(division, *rows, at=at, table=table).pk, by=None, at=at)


def tried(draft: Rulebook, *, at: datetime) -> None:
    """Try a draft to the end."""
    trials.ask(draft.pk, days=7, by=None, at=at)
    while timers.advance(at=at + timedelta(seconds=1)):
        pass
