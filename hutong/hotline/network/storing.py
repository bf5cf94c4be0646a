"""Saving a row of the network: what it may not hold, and what the database would not take, is refused in words."""

from datetime import date
from typing import Any

from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.kernel import numbers, texts
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import rules
from hutong.hotline.network.models import Division, Office

# What the database would not take, in words.
CONSTRAINTS = {
    "network_office_code_key": ("code", gettext_lazy("已有相同代码的机构。")),
    "network_staff_username_key": ("username", gettext_lazy("已有相同登录名的人员。")),
    "network_division_pkey": ("code", gettext_lazy("已有相同代码的行政区划。")),
    "office_one_of_kind": ("division", gettext_lazy("该行政区划已有一个同类机构。")),
    "office_one_department": ("division", gettext_lazy("该行政区划已有这个部门。")),
    "post_once": ("role", gettext_lazy("此人在该机构已有这个岗位。")),
}
STALE = Reason("stale", gettext_lazy("刚有他人改动了这一项，这次没有保存。"), gettext_lazy("请看清现状后重试。"))


def refuse(code: str, sentence: Any, remedy: Any = "", *, field: str = "") -> Refusal:
    """A refusal, pinned to an input where one is at fault."""
    return Refusal(Reason(code, sentence, remedy), fields={field: str(sentence)} if field else {})


def taken(constraint: str) -> Refusal:
    """The refusal of what a constraint of the database forbids."""
    field, sentence = CONSTRAINTS[constraint]
    return refuse("taken", sentence, field=field)


def hold(*rows: models.Model) -> None:
    """Lock rows until the deed is done, always in the same order. Refused where somebody changed one after it was read."""
    for row in sorted(rows, key=lambda row: str(row.pk)):
        now = type(row)._default_manager.select_for_update().get(pk=row.pk)
        if any(getattr(now, field.attname) != getattr(row, field.attname) for field in row._meta.concrete_fields):
            raise Refusal(STALE)


def save(row: models.Model, **known: Any) -> None:
    """Save a row that the database agrees to; else Refusal, and the verb's transaction is over."""
    try:
        row.save(**known)
    except IntegrityError as error:
        constraint = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
        if constraint not in CONSTRAINTS:
            raise
        raise taken(constraint) from error


def name(text: str, kind: type[models.Model]) -> str:
    """A thing's name as it is kept: one line with single spaces, of letters that can be kept and seen, and not too many of them."""
    field = kind._meta.get_field("name")
    label, limit = field.verbose_name, field.max_length  # type: ignore[union-attr]
    kept = " ".join(text.split())
    if not any(letter.isalnum() for letter in kept):
        raise refuse("missing", _("请填写%(label)s。") % {"label": label}, field="name")
    if texts.storable(kept) != texts.Text(kept):
        sentence = _("%(label)s中有无法保存的字符（多为半个生僻字或表情）。") % {"label": label}
        raise refuse("unstorable", sentence, _("请删去后重新填写。"), field="name")
    if limit and len(kept) > limit:
        names = {"label": label, "limit": limit, "count": len(kept)}
        raise refuse("too_long", _("%(label)s最多 %(limit)d 字，现有 %(count)d 字。") % names, field="name")
    return kept


def sign(text: str, field: str) -> str:
    """A sign-in name or an office's code."""
    if not rules.SIGN.fullmatch(text):
        raise refuse("bad_sign", _("“%(text)s”应为 2 至 40 个字母、数字或 . _ -。") % {"text": text[:40]}, field=field)
    return text


def phone_number(text: str) -> str:
    """A telephone number in normal form, "" for none."""
    try:
        return numbers.telephone(text)
    except Refusal as refusal:
        raise refuse("telephone", refusal.reason.sentence, refusal.reason.remedy, field="phone") from None


def must_stand(thing: Office | Division, on: date, field: str) -> None:
    """A thing that something is set up in stands on that day."""
    if thing.valid_from > on or (thing.valid_to and thing.valid_to <= on):
        raise refuse("not_standing", _("“%(thing)s”在 %(day)s 未启用或已停用。") % {"thing": thing, "day": on}, field=field)


def must_end_later(thing: Any, on: date, field: str) -> None:
    """A thing ends on a day that is not before its first."""
    if on < thing.valid_from:
        raise refuse("bad_day", _("不能早于启用日期 %(day)s。") % {"day": thing.valid_from}, field=field)
