"""What demo staff enter for each row of the stage table: a text, and whatever else the verb asks. None: nothing fits here."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from hutong.hotline.assignments import queries as assignments
from hutong.hotline.assignments.models import LIVE, Kind
from hutong.hotline.cases import looks
from hutong.hotline.cases.models import Case, PartyRole, Phase
from hutong.hotline.cases.rules import TIERS
from hutong.hotline.contacts.models import CallBack
from hutong.hotline.network.demo import GIVEN, SURNAMES
from hutong.hotline.network.models import Office, OfficeKind, Post, Role
from hutong.hotline.people import actions as people
from hutong.hotline.people.models import Child, GuardianshipRisk, Sex, SuicideRisk
from hutong.hotline.replies.models import Satisfaction
from hutong.hotline.rulebook.models import ChildStatus
from hutong.hotline.supervision import queries as supervision
from hutong.project.demo import wording
from hutong.project.demo.people import Staff
from hutong.project.demo.reports import Report

Given = dict[str, Any]
WORKERS = (Role.CASE_WORKER, Role.COORDINATOR, Role.CHILD_DIRECTOR)
KNOWN, KNOWN_SHARE = "CB-610104", 0.6  # the county whose sign-ins are shown, and how often it gets what has no place


@dataclass
class Scene:
    """A case, who acts on it and when, and the report that it came from."""

    case: Case
    by: Post
    at: datetime
    report: Report
    dice: random.Random
    staff: Staff
    played: list[UUID]  # the cases of this play

    @property
    def child(self) -> Child | None:
        """One of the children."""
        children = [link.child for link in self.case.child_links.select_related("child").order_by("pk")]
        return self.dice.choice(children) if children else None


def fitting(code: str, scene: Scene) -> Given | None:
    """The facts for one row of the table, as the arguments of its verb; None where there are none that fit."""
    more = MORE[code](scene) if code in MORE else {}
    if more is None:
        return None
    names = {"child": getattr(scene.child, "name", "") or "孩子", "place": scene.case.place or scene.case.place_text or "现场"}
    return {"text": scene.dice.choice(wording.TEXTS[code]).format(**names), **more} if code in wording.TEXTS else more


def name(dice: random.Random) -> str:
    """A person's name."""
    return dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))


def telephone(dice: random.Random) -> str:
    """A mobile number of nobody."""
    return f"1390000{dice.randrange(10_000):04}"


def child(report: Report, case_place: Any, by: Post, at: datetime, dice: random.Random) -> Child:
    """A child as a caller describes it."""
    facts = people.ChildFacts(
        name=name(dice) if dice.random() < 0.7 else "",
        sex=dice.choice(list(Sex.values)),
        age=report.age if report.age is not None and report.age < 18 else dice.choice((None, dice.randint(1, 16))),
        statuses=[dice.choice(list(ChildStatus.values))],
        school=dice.choice(wording.SCHOOLS),
        present_division=case_place,
        tell_guardian="physical_injury_or_domestic_violence" not in report.harms,
    )
    return people.remember_child(facts, by=by, at=at)


# --- what some rows need beside a text --------------------------------------------------------------------------------


def _assess(scene: Scene) -> Given:
    report = scene.report
    phase = {"I": "emergency", "II": "mandatory_report", "III": "assessment_and_support"}.get(report.tier, "monitoring")
    tier = scene.case.tier if scene.case.is_extended else report.tier  # what was extended is not urgent
    return {"tier": tier, "category": report.category, "phase": phase}


def _dispatch(scene: Scene) -> Given | None:
    """The county where the child is; where nobody knows, or it gave the case back, another one."""
    offices = list(assignments.leads_for(scene.case).exclude(pk__in=_busy(scene.case)))
    had_it = set(scene.case.assignments.filter(kind=Kind.LEAD).values_list("office", flat=True))
    fresh = [office for office in offices if office.pk not in had_it]
    here = [office for office in fresh if office.division_id and (scene.case.place_id or "").startswith(office.division_id)]
    known = [office for office in fresh if office.code == KNOWN and scene.dice.random() < KNOWN_SHARE]
    return {"office": scene.dice.choice(here or known or fresh or offices)} if offices else None


def _busy(case: Case) -> list[UUID]:
    """The offices that have a part of the case, or are about to take it over: an office can have one part only."""
    parts = case.assignments.filter(state__in=LIVE).values_list("office", flat=True)
    return [*parts, *case.transfers.filter(state__in=("proposed", "settled")).values_list("receiver", flat=True)]


def _worker(scene: Scene) -> Given | None:
    found = scene.staff.one(scene.case.lead_id, *WORKERS)
    return {"worker": found} if found and found.pk != scene.case.worker_id else None


def _part(kind: Kind) -> Callable[[Scene], Given | None]:
    """An office that is given a part: for a referral a department that the report asks for, the county's before others."""

    def given(scene: Scene) -> Given | None:
        offices = list(assignments.helpers_for(scene.case, kind).exclude(pk__in=_busy(scene.case)).select_related("division"))
        wanted = [office for office in offices if office.department in scene.report.departments]
        here = [office for office in wanted or offices if office.division_id == scene.case.lead.division_id]
        return _one_office(scene, here or wanted or offices)

    return given


def _one_office(scene: Scene, offices: Sequence[Office]) -> Given | None:
    return {"office": scene.dice.choice(offices)} if offices else None


def _withdrawn(scene: Scene) -> Given | None:
    parts = scene.case.assignments.exclude(kind=Kind.LEAD).filter(state__in=LIVE).select_related("office").order_by("given_at")
    return _one_office(scene, [part.office for part in parts])


def _receiver(scene: Scene) -> Given | None:
    """Mostly another county of the prefecture, sometimes another prefecture of the province, seldom another province."""
    offices = list(assignments.receivers_for(scene.case).exclude(pk__in=_busy(scene.case)))
    counties = [office for office in offices if office.kind == OfficeKind.COUNTY_BUREAU]
    centres = [office for office in offices if office.kind == OfficeKind.HOTLINE_CENTRE]
    near = [office for office in centres if office.parent_id == scene.case.centre.parent_id]
    return _one_office(scene, scene.dice.choices((counties, near, centres), (6, 3, 1))[0] or offices)


def _recused(scene: Scene) -> Given | None:
    """Mostly some other office of the prefecture, sometimes the one that has the case."""
    offices = list(assignments.leads_for(scene.case).exclude(pk=scene.case.centre_id))
    lead = [office for office in offices if office.pk == scene.case.lead_id]
    return _one_office(scene, lead if lead and scene.dice.random() < 0.4 else offices)


def _same_matter(scene: Scene) -> Given | None:
    """Another open case of the centre."""
    others = Case.objects.filter(pk__in=scene.played, centre=scene.case.centre_id).exclude(Q(stage="closed") | Q(pk=scene.case.pk))
    found = list(others.order_by("opened_at"))
    return {"into": scene.dice.choice(found)} if found else None


def _ordered(scene: Scene) -> Given | None:
    """Somebody below who is on the case."""
    found = list(supervision.addressees_about(scene.case, scene.by))
    return {"office": scene.dice.choice(found), "subject": scene.dice.choice(wording.SUBJECTS)} if found else None


def _admitted(found: QuerySet[Post], scene: Scene) -> Given | None:
    posts = list(found)
    return {"admitted": scene.dice.choice(posts)} if posts else None


def _new_child(scene: Scene) -> Given:
    return {"child": child(scene.report, scene.case.place, scene.by, scene.at, scene.dice)}


def _new_party(scene: Scene) -> Given:
    facts = people.PersonFacts(name=name(scene.dice), sex=scene.dice.choice(list(Sex.values)))
    role = PartyRole(scene.dice.choice(list(PartyRole.values)))
    return {"person": people.remember_person(facts, by=scene.by, at=scene.at), "role": role, "relation": str(role.label)}


def _known_better(scene: Scene) -> Given | None:
    facts = people.ChildFacts(name=name(scene.dice), age=scene.dice.randint(1, 16), school=scene.dice.choice(wording.SCHOOLS))
    return {"child": scene.child, "facts": facts} if scene.child else None


def _party(scene: Scene) -> Given | None:
    parties = list(scene.case.parties.select_related("person").order_by("pk"))
    facts = people.PersonFacts(name=name(scene.dice), phone=telephone(scene.dice))
    return {"party": scene.dice.choice(parties), "facts": facts, "relation": "父亲"} if parties else None


def _corrected(scene: Scene) -> Given:
    where = f"{scene.dice.randint(1, 9)}号楼{scene.dice.randint(1, 4)}单元"
    return {"title": scene.case.title, "place": scene.case.place, "place_text": where}


def _risk(scene: Scene) -> Given | None:
    risks = {"guardianship_risk": GuardianshipRisk, "suicide_risk": SuicideRisk}
    found = {scale: scene.dice.choice(list(choices.values)[1:]) for scale, choices in risks.items()}
    return {"child": scene.child, **found} if scene.child else None


def _tier(scene: Scene, *, higher: bool) -> Given | None:
    place = TIERS.index(scene.case.tier) + (-1 if higher else 1)
    return {"tier": TIERS[place]} if 0 <= place < len(TIERS) else None


# By row of the table.
MORE: dict[str, Callable[[Scene], Given | None]] = {
    "register": lambda scene: {"title": scene.case.title, "tier": scene.report.tier},
    "assess": _assess,
    "dispatch": _dispatch,
    "accept": _worker,
    "name_worker": _worker,
    "report": lambda scene: {"child_state": "safe"},
    "answer": lambda scene: {"outcome": scene.dice.choice(("answered", "answered", "not_wanted"))},
    "close": lambda scene: {"is_safe": True, "is_solved": True, "satisfaction": scene.dice.choice(list(Satisfaction.values))},
    "reassess": lambda scene: {"is_safe": False, "is_solved": False, "satisfaction": "dissatisfied"},
    "add_child": _new_child,
    "add_party": _new_party,
    "change_child": _known_better,
    "change_party": _party,
    "correct": _corrected,
    "set_risk": _risk,
    "set_phase": lambda scene: {"phase": scene.dice.choice(list(Phase.values))},
    "set_call_back": lambda scene: {"call_back": scene.dice.choice(list(CallBack.values))},
    "recuse": _recused,
    "raise_tier": partial(_tier, higher=True),
    "propose_lower": partial(_tier, higher=False),
    "ask_extension": lambda scene: {"days": scene.dice.randint(2, 10)},
    "ask_pause": lambda scene: {"days": scene.dice.randint(1, 5)},
    "assist": _part(Kind.ASSIST),
    "refer": _part(Kind.REFERRAL),
    "consult": _part(Kind.CONSULTATION),
    "withdraw_part": _withdrawn,
    "propose_transfer": _receiver,
    "merge": _same_matter,
    "admit": lambda scene: _admitted(looks.admissible(scene.case, on=timezone.localdate(scene.at)), scene),
    "shut_out": lambda scene: _admitted(looks.admitted(scene.case), scene),
    "order": _ordered,
}
