"""The centre answers the reporter in one voice, asks afterwards, and closes the loop."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.actions.guarding import must_not_be_told
from hutong.hotline.cases.actions.judging import start_again
from hutong.hotline.cases.door import Step, door
from hutong.hotline.cases.models import Case, Resolution, Stage
from hutong.hotline.cases.rules import REPLY_TRIES
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.kernel.faults import choice
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.people.rules import GUARDIAN_REPORTER, is_guardian
from hutong.hotline.replies.models import Answered, FollowUp, Reply, ReplyOutcome, Satisfaction

NOT_SAFE = Reason("not_safe", _("儿童尚未安全或问题尚未解决，不能办结。"), _("请选择“仍不安全或未解决”，个案会回到研判。"))
IS_SAFE = Reason("is_safe", _("儿童已安全且问题已解决，不必重新研判。"), _("请选择“确认安全并办结”。"))


def answer(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, outcome: str = Answered.ANSWERED) -> Case:
    """The reporter was answered, or wants no answer."""
    with door(case_id, "answer", by=by, at=at, seen=seen, text=text, outcome=outcome) as step:
        chosen = choice(Answered, outcome, field="outcome")
        if chosen == Answered.ANSWERED and must_not_be_told(step.case) and _only_guardians_reported(step.case):
            raise Refusal.at("outcome", GUARDIAN_REPORTER)
        Reply.objects.create(case=step.case, outcome=chosen, text=step.text, by=by, at=at)
        step.case.replied_at = at
        step.go(Stage.FOLLOW_UP, holder=step.case.centre)
    return step.case


def _only_guardians_reported(case: Case) -> bool:
    """Whether whoever reported, and could be answered, is a guardian."""
    relations = list(Reporter.objects.filter(contact__link__case=case).values_list("relation", flat=True))
    return bool(relations) and all(map(is_guardian, relations))


def not_reached(case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str = "") -> Case:
    """One try that reached nobody. After the set number of tries the loop goes on."""
    with door(case_id, "not_reached", by=by, at=at, seen=seen, text=text) as step:
        case = step.case
        Reply.objects.create(case=case, outcome=ReplyOutcome.NOT_REACHED, text=step.text, by=by, at=at)
        case.reply_tries += 1
        step.detail["tries"] = case.reply_tries
        if case.reply_tries >= REPLY_TRIES:
            case.replied_at = at
            step.go(Stage.FOLLOW_UP, holder=case.centre)
    return case


def close(
    case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, is_safe: bool, is_solved: bool, satisfaction: str = "not_asked"
) -> Case:
    """The child is safe and the matter solved, and this is how we know. 'Not ours' never ends a safety check."""
    with door(case_id, "close", by=by, at=at, seen=seen, text=text, satisfaction=satisfaction) as step:
        if not (is_safe and is_solved):
            raise Refusal.at("is_safe", NOT_SAFE)
        _follow_up(step, is_safe, is_solved, satisfaction)
        step.case.safe_at = at
        step.close(Resolution.RESOLVED)
    return step.case


def reassess(
    case_id: UUID, *, by: Post, at: datetime, seen: int | None, text: str, is_safe: bool, is_solved: bool, satisfaction: str = "not_asked"
) -> Case:
    """Unsafe or unsolved: the loop begins again with an assessment."""
    with door(case_id, "reassess", by=by, at=at, seen=seen, text=text, satisfaction=satisfaction) as step:
        if is_safe and is_solved:
            raise Refusal.at("is_safe", IS_SAFE)
        _follow_up(step, is_safe, is_solved, satisfaction)
        start_again(step)
    return step.case


def _follow_up(step: Step, is_safe: bool, is_solved: bool, satisfaction: str) -> None:
    FollowUp.objects.create(
        case=step.case, is_safe=is_safe, is_solved=is_solved, satisfaction=choice(Satisfaction, satisfaction, field="satisfaction"),
        assessment=step.text, lead=step.case.lead, by=step.actor, at=step.at,
    )  # fmt: skip
