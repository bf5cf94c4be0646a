"""Saving a row of the network: what its fields or the database would not take is refused in words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hutong.hotline.kernel import numbers
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import rules

# What the database would not take, in words.
CONSTRAINTS = {
    "network_office_code_key": ("code", gettext_lazy("已有相同代码的机构。")),
    "network_staff_username_key": ("username", gettext_lazy("已有相同登录名的人员。")),
    "network_division_pkey": ("code", gettext_lazy("已有相同代码的行政区划。")),
    "office_one_of_kind": ("division", gettext_lazy("该行政区划已有一个同类机构。")),
    "office_one_department": ("department", gettext_lazy("该行政区划已有这个部门。")),
    "office_period": ("valid_to", gettext_lazy("停用日期不能早于启用日期。")),
    "post_once": ("role", gettext_lazy("此人在该机构已有这个岗位。")),
    "post_period": ("valid_to", gettext_lazy("离任日期不能早于任职日期。")),
    "division_period": ("valid_to", gettext_lazy("停用日期不能早于启用日期。")),
}


def refuse(code: str, sentence: Any, remedy: Any = "", *, field: str = "") -> Refusal:
    """A refusal, pinned to an input where one is at fault."""
    return Refusal(Reason(code, sentence, remedy), fields={field: str(sentence)} if field else {})


def save(row: models.Model, **known: Any) -> None:
    """Save a row that its own fields and the database agree to; else Refusal."""
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation or field.name == "password"])
        for value in (getattr(row, field.attname) for field in row._meta.fields if isinstance(field, models.CharField)):
            if not storable(value or ""):
                raise refuse("unstorable", _("文字中有无法保存的字符。"), _("请删去后重试。"))
        with transaction.atomic():
            row.save(**known)
    except ValidationError as error:
        fields = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        labels = {field.name: field.verbose_name for field in row._meta.fields}
        named = [f"{labels[name]}：{message}" for name, message in fields.items()]
        raise Refusal(Reason("invalid", " ".join(named)), fields=fields) from error
    except IntegrityError as error:
        field, sentence = CONSTRAINTS[error.__cause__.diag.constraint_name]  # type: ignore[union-attr]
        raise refuse("taken", sentence, field=field) from error


def storable(text: str) -> bool:
    """Whether the database can hold a text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def sign(text: str, field: str) -> str:
    if not rules.SIGN.fullmatch(text):
        raise refuse("bad_sign", _("“%(text)s”应为 2 至 40 个字母、数字或 . _ -。") % {"text": text[:40]}, field=field)
    return text


def phone_number(text: str) -> str:
    try:
        return numbers.telephone(text)
    except Refusal as refusal:
        raise refuse("telephone", refusal.reason.sentence, refusal.reason.remedy, field="phone") from None
