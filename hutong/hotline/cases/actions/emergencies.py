"""紧急查看: opening a case of tier I that one is not on, for an hour, for a reason; and a second person's word on it afterwards."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import queries, rules, sight
from hutong.hotline.cases.door import Step, door, write
from hutong.hotline.cases.letting_in import Emergency
from hutong.hotline.cases.models import OPEN, Case, Event, NoticeKind
from hutong.hotline.kernel import texts, wall
from hutong.hotline.kernel.faults import UNKNOWN_CHOICE
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import contracts
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook.models import Tier

# One answer for every case that cannot be opened so: whether there is one of this number, nobody learns from it.
NO_EMERGENCY = Reason("no_emergency", _("没有可以紧急查看的个案。"), _("请核对编号；拿不准时请致电受理中心值班长，情况危急先拨 110。"))
TOO_SHORT = Reason("emergency_words", _("请写明具体情况，至少 15 个字。"))
SEEN_ALREADY = Reason("seen_already", _("您可以直接查看本案，不需要紧急查看。"))
REVIEWED = Reason("emergency_reviewed", _("已经复核过。"))
OWN_REVIEW = Reason("emergency_own", _("不能复核自己的紧急查看。"), _("请由另一位值班长或协调员复核。"))


@transaction.atomic
def break_glass(*, number: str, why: str, text: str, by: Post, at: datetime) -> Emergency:
    """Open the case of this number for an hour. The centre and, on their desk, the auditors are told at once. Raises Refusal."""
    words = texts.clean(text, field="text", limit=400).text
    if len("".join(words.split())) < sight.ENOUGH_WORDS:
        raise Refusal.at("text", TOO_SHORT)
    if why not in sight.EMERGENCY_WHY:
        raise Refusal.at("why", sight.NO_REASON)
    case = _openable(number, by)
    step = Step(case, rules.ACTIONS["break_glass"], by, at, words, {"why": why}, event=Event(id=new_id()), before=case.stage)
    step.tell(case.centre, NoticeKind.EMERGENCY)
    write([step])
    return Emergency.objects.create(
        case=case, post=by, why=why, words=words, at=at, until=at + sight.LASTS, due_at=at + sight.REVIEW_WITHIN
    )


def _openable(number: str, by: Post) -> Case:
    """The case, locked: of tier I and open, and nothing keeps the asker from it. An outsourced office opens nothing so."""
    wall.look_across("number", number.strip().upper())
    wanted = Case.objects.select_for_update(of=("self",)).filter(OPEN, number=number.strip().upper(), tier=Tier.I)
    case = queries.with_offices(wanted.exclude(pk__in=queries.recused_from(by))).first()
    if case is None or by.role not in rules.ANYONE or contracts.works_by_contract(by.office):
        raise Refusal(NO_EMERGENCY)
    if queries.visible_to(by).filter(pk=case.pk).exists():
        raise Refusal(SEEN_ALREADY)
    return case


def review(emergency: Emergency, *, verdict: str, text: str, by: Post, at: datetime) -> Event:
    """A second person of the centre says whether it was an emergency. Raises Refusal."""
    if verdict not in sight.VERDICTS:
        raise Refusal.at("verdict", UNKNOWN_CHOICE)
    with door(emergency.case_id, "review_glass", by=by, at=at, text=text, verdict=verdict) as step:
        found = Emergency.objects.select_for_update().select_related("post").get(pk=emergency.pk)
        if found.reviewed_at:
            raise Refusal(REVIEWED)
        if found.post.staff_id == by.staff_id:
            raise Refusal(OWN_REVIEW)
        found.verdict, found.reviewed_at, found.reviewed_by = verdict, at, by
        found.save(update_fields=["verdict", "reviewed_at", "reviewed_by"])
    return step.event
