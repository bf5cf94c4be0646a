"""The loop as a state machine: random people do random lawful and unlawful things to several cases, time passes, timers fire.

After each step the nine rules of the design are checked against a plain model of what must hold, on really committed rows.
"""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hutong.hotline.assignments.models import LIVE, Assignment, Transfer
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries, rules, timers
from hutong.hotline.cases.models import Case, Clock, Event, Party
from hutong.hotline.contacts.models import Contact
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Office, Post
from hutong.hotline.people.actions import ChildFacts, PersonFacts
from hutong.hotline.people.models import Child, Person
from hutong.hotline.supervision import actions
from hutong.hotline.supervision import queries as orders
from hutong.hotline.supervision import timers as supervision
from hutong.hotline.supervision.models import Order
from hutong.hotline.verbs import VERBS
from hutong.project.database import Addresses
from tests.cast import OFFICES, PEOPLE
from tests.conftest import sweep
from tests.loop import LIANHU, contact
from tests.loop import opened as open_one

people = st.sampled_from(sorted(PEOPLE))
codes = st.sampled_from(sorted(VERBS))
ORDER_VERBS = (
    actions.receive_order, actions.answer_order, actions.accept_order_answer, actions.refuse_order_answer, actions.withdraw_order,
)  # fmt: skip
tiers = st.sampled_from((*rules.TIERS, "V"))
texts = st.sampled_from(("因为如此", "因为如此，\ud800\x00还有", " ", "长" * 20_001))


class Loop(RuleBasedStateMachine):
    """Several cases, all the cast, one calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
        self.posts: dict[str, Post] = {
            p.staff.username: p for p in Post.objects.select_related("staff", "office__parent", "office__division")
        }
        self.offices = {office.code: office for office in Office.objects.all()}
        self.versions: dict[UUID, int] = {}
        self.due: dict[UUID, datetime] = {}
        self.looks = 0

    # --- what happens

    @precondition(lambda self: len(self.versions) < 4)
    @rule(tier=st.sampled_from(rules.TIERS), registered=st.booleans())
    def open(self, tier: str, registered: bool) -> None:
        case = open_one(tier=tier, at=self.at, registered=registered)
        self.versions[case.pk] = 1

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), who=people, code=codes, fresh=st.booleans())
    def do_anything(self, data: st.DataObject, who: str, code: str, fresh: bool) -> None:
        case = self.pick(data)
        self.attempt(case, self.posts[who], code, data, seen=case.version if fresh else max(0, case.version - 1))

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def do_what_is_offered(self, data: st.DataObject) -> None:
        case = self.pick(data)
        names = data.draw(st.permutations(sorted(self.posts)))
        ways = next(filter(None, (self.ways(case, self.posts[name]) for name in names)))
        onward = [way for way in ways if rules.ACTIONS[way[1]].to]
        post, code = data.draw(st.sampled_from(onward or ways))
        self.attempt(case, post, code, data, seen=case.version, offered=True)

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        before = self.stored()
        fired = timers.sweep(at=self.at, deeds=(*timers.DEEDS, *supervision.DEEDS))
        after = self.stored()
        assert sum(after.values()) - sum(before.values()) == len(fired)
        self.versions = after

    @precondition(lambda self: Order.objects.exists())
    @rule(data=st.data(), who=people, verb=st.sampled_from(ORDER_VERBS))
    def do_something_to_an_order(self, data: st.DataObject, who: str, verb: Callable[..., Order]) -> None:
        order = Order.objects.get(pk=data.draw(st.sampled_from(sorted(Order.objects.values_list("pk", flat=True)))))
        self.at += timedelta(minutes=1)
        before, reason = self.stored(), orders.why_not(order, self.posts[who], verb.__name__)
        try:
            verb(order.pk, by=self.posts[who], at=self.at, text=data.draw(texts))
        except Refusal:
            assert self.stored() == before, "a refused deed left something behind"
            return
        assert reason is None, f"{verb.__name__} was done though {reason}"
        self.versions = before | {order.case_id: before[order.case_id] + 1}

    # --- how it is done

    def ways(self, case: Case, post: Post) -> list[tuple[Post, str]]:
        if not queries.visible_to(post).filter(pk=case.pk).exists():
            return []
        return [(post, action.code) for action, reason in queries.offers(case, post) if reason is None and action.code != "note"]

    def pick(self, data: st.DataObject) -> Case:
        return Case.objects.get(pk=data.draw(st.sampled_from(sorted(self.versions))))

    def fields(self, code: str, case: Case, data: st.DataObject) -> dict[str, Any]:
        """Something for each field that the verb wants, often but not always fitting."""
        other = Case.objects.get(pk=data.draw(st.sampled_from(sorted(self.versions))))
        office = self.offices[data.draw(st.sampled_from(sorted(OFFICES)))]
        wants = inspect.signature(VERBS[code]).parameters
        every: dict[str, Any] = {
            "text": data.draw(texts), "title": case.title, "tier": data.draw(tiers), "phase": "emergency", "office": office,
            "category": data.draw(st.sampled_from(["hardship", "?"])), "child_state": data.draw(st.sampled_from(["safe", "?"])),
            "days": data.draw(st.integers(0, 12)), "into": other, "role": "witness", "relation": "邻居",
            "is_safe": data.draw(st.booleans()), "is_solved": True, "call_back": "not_at_all", "guardianship_risk": "red",
            "outcome": data.draw(st.sampled_from(["answered", "not_reached"])), "suicide_risk": "low", "place": None,
            "place_text": "三单元", "subject": "逾期未办", "satisfaction": "not_asked",
            "staff": self.posts[data.draw(people)].staff if data.draw(st.integers(0, 3)) == 0 else None,
        }  # fmt: skip
        if code in {"admit", "shut_out"}:
            every["admitted"] = self.posts[data.draw(people)]
        if code in {"accept", "name_worker"}:
            every["worker"] = self.posts[data.draw(people)]
        if code in {"set_risk", "change_child"}:
            every["child"] = Child.objects.filter(case_links__case=case).first()
        if code == "add_child":
            every["child"] = Child.objects.create(name="小满", present_division_id=LIANHU)
        if code == "add_party":
            every["person"] = Person.objects.create(name="钱某")
        if code == "change_party":
            every["party"] = Party.objects.filter(case=case).first() or Party(person=Person(name="孙某"), role="witness")
        every["facts"] = ChildFacts(name="小雨", age=8) if code == "change_child" else PersonFacts(name="钱先生")
        return {name: every[name] for name in wants if name in every}

    def attempt(self, case: Case, post: Post, code: str, data: st.DataObject, *, seen: int, offered: bool = False) -> None:
        given = self.fields(code, case, data)
        reason = {action.code: why for action, why in queries.offers(case, post)}.get(code, rules.NOT_YOURS)
        self.at += timedelta(minutes=1)
        before = self.stored()
        try:
            VERBS[code](case.pk, by=post, at=self.at, seen=seen, **given)
        except Refusal as refusal:
            assert self.stored() == before, "a refused deed left something behind"
            reaches_elsewhere = code in {"merge", "change_party"}  # another case, another case's person
            assert not offered or reaches_elsewhere or refusal.reason.code not in {"wrong_stage", "not_yours", "not_there"}
            return
        assert reason is None, f"{code} was done though {reason}"
        assert seen == case.version or rules.ACTIONS[code].adds_only
        touched = {key for key, version in self.stored().items() if version != before[key]}
        assert touched == ({case.pk, given["into"].pk} if code == "merge" else {case.pk} if code != "unmerge" else touched)
        self.versions = {key: before[key] + (key in touched) for key in before}

    def stored(self) -> dict[UUID, int]:
        return dict(Case.objects.values_list("pk", "version"))

    # --- what always holds

    @invariant()
    def one_lead_and_one_deadline(self) -> None:
        for case in Case.objects.prefetch_related("clocks"):
            running = [clock for clock in case.clocks.all() if clock.ended_at is None]
            assert len(running) == (case.stage != "closed")
            assert [clock.due_at for clock in running] == ([case.due_at] if running else [])
            leads = Assignment.objects.filter(case=case, kind="lead", state__in=LIVE)
            assert [lead.office_id for lead in leads] in ([], [case.lead_id])

    @invariant()
    def every_change_has_one_event(self) -> None:
        assert self.stored() == self.versions
        numbers: dict[UUID, list[int]] = {key: [] for key in self.versions}
        for case, seq in Event.objects.order_by("seq").values_list("case", "seq"):
            numbers[case].append(seq)
        assert numbers == {key: list(range(1, version + 1)) for key, version in self.versions.items()}
        assert AuditEntry.objects.exclude(event_id=None).count() == sum(self.versions.values())

    @invariant()
    def an_open_order_has_one_clock_and_is_with_no_recused_office(self) -> None:
        for order in Order.objects.select_related("case").prefetch_related("clocks"):
            running = [clock for clock in order.clocks.all() if clock.ended_at is None]
            assert len(running) == (order.ended_at is None)
            assert order.events.count() == order.version
            assert order.ended_at or not {order.office_id, order.issuer_id} & self.kept_away(order.case)

    @invariant()
    def no_contact_is_left_hanging(self) -> None:
        for made in Contact.objects.select_related("link"):
            assert hasattr(made, "link") == (made.outcome in {"case_opened", "case_added"})

    @invariant()
    def no_deadline_moves(self) -> None:
        now = dict(Clock.objects.values_list("pk", "due_at"))
        assert all(now.get(key) == due for key, due in self.due.items())
        self.due = now
        assert not Clock.objects.exclude(replaces=None).filter(why="").exists()

    @invariant()
    def tier_i_runs_on_real_time(self) -> None:
        assert not Clock.objects.filter(tier="I").exclude(unit__in=["minute", "day"]).exists()
        assert not Case.objects.filter(tier="I", is_extended=True).exists()

    @invariant()
    def only_offices_on_it_or_above_see_it_and_recused_ones_never(self) -> None:
        near = [(case, self.on_it(case), self.kept_away(case)) for case in Case.objects.all()]
        for post in self.posts.values():
            seen = set(queries.visible_to(post).values_list("pk", flat=True))
            let_in = {case.pk for case, _on_it, _recused in near if self.is_let_in(post, case)}
            assert seen == let_in & {case.pk for case, on_it, recused in near if self.may_see(post, on_it, recused)}, post

    def is_let_in(self, post: Post, case: Case) -> bool:
        """Of a restricted case: the heads, its worker, and who is named."""
        named = case.admissions.filter(ended_at=None, post=post).exists()
        return not case.is_restricted or post.role == "coordinator" or case.worker_id == post.pk or named

    def on_it(self, case: Case) -> set[UUID | None]:
        """The offices on a case and those above them."""
        on_it = {case.centre_id, case.lead_id, case.holder_id}
        on_it |= {part.office_id for part in Assignment.objects.filter(case=case, state__in=(*LIVE, "done"))}
        on_it |= {self.by_id(office).parent_id for office in on_it}
        moving = Transfer.objects.filter(case=case, state__in=["proposed", "settled"]).first()
        return on_it | ({moving.decider_id, moving.receiver_id if moving.state == "settled" else None} if moving else set())

    def kept_away(self, case: Case) -> set[UUID]:
        """The offices and people that must never receive a case."""
        return {key for pair in case.recusals.values_list("office", "staff") for key in pair if key}

    def may_see(self, post: Post, on_it: set[UUID | None], recused: set[UUID]) -> bool:
        """Rule 6 as one would tell it: the ministry stands above every province."""
        near = post.office.kind == "ministry" or post.office_id in on_it
        return near and post.role not in {"administrator", "security_officer", "auditor"} and not recused & {post.office_id, post.staff_id}

    def by_id(self, office: UUID) -> Office:
        return next(found for found in self.offices.values() if found.pk == office)

    @invariant()
    def closed_means_done_answered_and_safe(self) -> None:
        for case in Case.objects.filter(stage="closed"):
            assert not Assignment.objects.filter(case=case, state__in=LIVE).exists()
            assert case.resolution in {"merged", "not_a_case"} or (case.replied_at and case.safe_at)
            assert case.resolution != "resolved" or case.follow_ups.filter(is_safe=True, is_solved=True).exists()


@pytest.mark.slow
def test_the_nine_rules_hold_whatever_people_do(committed: Addresses) -> None:
    class Swept(Loop):
        def __init__(self) -> None:
            connection.close()
            sweep(committed)
            super().__init__()

    run_state_machine_as_test(
        Swept,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # shrinking takes minutes: ask for it when something is found
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_a_contact_that_ends_without_a_case_stays_without_one(committed: Addresses) -> None:
    made = contact(outcome="answered")
    assert not hasattr(Contact.objects.get(pk=made.pk), "link")
