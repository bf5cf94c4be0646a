"""Asking for a trial of a draft."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Post
from hutong.hotline.rulebook import actions as rulebook
from hutong.hotline.rulebook import queries as rulebooks
from hutong.hotline.rulebook.models import Rulebook, RulebookState
from hutong.hotline.rulebook.rules import covers
from hutong.hotline.trials import rules
from hutong.hotline.trials.models import RulebookTrial

WHICH_DAYS = Reason("which_days", _("请选择试算最近 7、30 或 90 天。"))


@transaction.atomic
def ask(draft_id: UUID, *, days: int, by: Post | None, at: datetime) -> RulebookTrial:
    """试算: the last 7, 30 or 90 days of cases against a draft. A worker does it. Raises Refusal."""
    draft = Rulebook.objects.select_for_update().get(pk=draft_id)
    if draft.state != RulebookState.DRAFT:
        raise Refusal(rulebook.NOT_A_DRAFT)
    if by and not (rulebooks.keeps(by) and covers(by.office.division_id, draft.division_id)):
        raise Refusal(rulebook.OUT_OF_REACH)
    if days not in rules.DAYS:
        raise Refusal.at("days", WHICH_DAYS)
    # How many there are the worker counts: who asks reads no cases.
    trial = RulebookTrial.objects.create(rulebook=draft, days=days, of=draft.changed_at, total=0, asked_by=by, asked_at=at)
    audit.record("rulebook_tried", by=by, at=at, subject="rulebook", subject_id=draft.pk, days=days)
    return trial
