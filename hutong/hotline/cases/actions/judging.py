"""How urgent a case is and what is to be done: assessment, the tier raised and lowered, and taking a case up again."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import rules
from hutong.hotline.cases.actions.opening import tell_of_danger
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, NoticeKind, Phase, Stage
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import recorded
from hutong.hotline.network.models import Division, Post
from hutong.hotline.people import queries as people
from hutong.hotline.rulebook.models import Category, Tier

NEEDS_SECOND = Reason("second_person", _("降级须由另一人作出。"), _("请同事研判，或先按原等级派单再建议降级。"))
NOT_HIGHER = Reason("not_higher", _("请选择更高的等级。"))
NOT_LOWER = Reason("not_lower", _("请选择更低的等级。"))


def assess(
    case_id: UUID,
    *,
    by: Post,
    at: datetime,
    seen: int | None,
    tier: str,
    category: str,
    phase: str,
    text: str,
    place: Division | None = None,
) -> Case:
    """Tier, category and plan. A lower tier than the operator's needs another person than the one who set it."""
    with door(case_id, "assess", by=by, at=at, seen=seen, text=text, tier=tier, category=category, phase=phase) as step:
        case, new = step.case, choice(Tier, tier, field="tier")
        step.detail["tier_before"] = case.tier
        if rules.is_lower(new, than=case.tier) and case.tier_by and case.tier_by.staff_id == by.staff_id:
            raise Refusal.at("tier", NEEDS_SECOND)
        case.category, case.phase = choice(Category, category, field="category"), choice(Phase, phase, field="phase")
        case.plan = step.text
        case.place = people.place(place, on=timezone.localdate(at)) or case.place
        if new != case.tier:
            case.tier, case.tier_by = new, by
            tell_of_danger(step)
        settle_lowering(case)
        step.go(Stage.DISPATCH, holder=case.centre)
    return case


def raise_tier(case_id: UUID, *, tier: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """More urgent than thought: the deadline of the present stage is set anew, never later than it was."""
    with door(case_id, "raise_tier", by=by, at=at, seen=seen, text=text) as step:
        if not rules.is_lower(step.case.tier, than=choice(Tier, tier, field="tier")):
            raise Refusal.at("tier", NOT_HIGHER)
        _change_tier(step, tier)
        settle_lowering(step.case)
        tell_of_danger(step)
    return step.case


def propose_lower(case_id: UUID, *, tier: str, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """Less urgent, says one person; another must agree."""
    with door(case_id, "propose_lower", by=by, at=at, seen=seen, text=text, tier=tier) as step:
        if not rules.is_lower(choice(Tier, tier, field="tier"), than=step.case.tier):
            raise Refusal.at("tier", NOT_LOWER)
        step.case.lower_to, step.case.lower_by = tier, by
        step.tell(step.case.centre, NoticeKind.ASKED)
    return step.case


def confirm_lower(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The second person agrees: the tier falls, and the deadline is set anew, never earlier than it was."""
    with door(case_id, "confirm_lower", by=by, at=at, seen=seen, text=text) as step:
        _change_tier(step, step.case.lower_to)
        settle_lowering(step.case)
    return step.case


def refuse_lower(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """The second person does not agree: the tier stays."""
    with door(case_id, "refuse_lower", by=by, at=at, seen=seen, text=text) as step:
        settle_lowering(step.case)
    return step.case


def _change_tier(step: Step, tier: str) -> None:
    case, before = step.case, step.case.tier
    falls = rules.is_lower(tier, than=before)
    step.detail["tier"] = [before, tier]
    case.tier, case.tier_by = tier, step.by
    if tier in {Tier.I, Tier.II}:
        case.extension_days, case.extension_by, case.is_extended = None, None, False
    limited = step.limited(case.stage_since if falls else step.at)
    step.replace_deadline(why=step.text or recorded(step.action.done), limited=limited)
    step.limit_parts_anew()


def settle_lowering(case: Case) -> None:
    """No proposal to lower the tier waits any more."""
    case.lower_to, case.lower_by = "", None


def reopen(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str) -> Case:
    """A closed case is taken up again, from assessment on."""
    with door(case_id, "reopen", by=by, at=at, seen=seen, text=text) as step:
        start_again(step)
    return step.case


def start_again(step: Step) -> None:
    """Back to the centre's assessment, with nothing of the last round counting as done."""
    case = step.case
    case.lead, case.worker = case.centre, None
    case.resolution, case.closed_at, case.merged_into = "", None, None
    case.replied_at = case.safe_at = None
    case.returns = case.reply_tries = 0
    case.is_settled = case.is_extended = False
    step.go(Stage.ASSESSMENT, holder=case.centre)
