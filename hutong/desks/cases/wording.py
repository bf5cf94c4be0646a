"""What happened to a case, in words: the particulars of an event, each with its label."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from hutong.hotline.assignments.models import ChildState
from hutong.hotline.cases.models import Event, PartyRole, Phase
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.cases.sight import EMERGENCY_WHY, VERDICTS
from hutong.hotline.contacts.models import CallBack, Channel
from hutong.hotline.kernel.texts import listed
from hutong.hotline.people.models import Child, GuardianshipRisk, SuicideRisk
from hutong.hotline.replies.models import ReplyOutcome, Satisfaction
from hutong.hotline.rulebook.models import Category, Target, Tier
from hutong.hotline.rulebook.rules import STEP_LABELS

Names = Mapping[str, str]  # what stands behind an id
Word = Callable[[Any, Names], object]


def chosen(kind: Any) -> Word:
    """The label of a choice."""
    return lambda value, _names: kind(value).label


def named(value: Any, names: Names) -> str:
    """The name behind an id."""
    return names.get(str(value), "—")


def plain(value: Any, _names: Names) -> object:
    return value


def moment(value: Any, _names: Names) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(value)), _("Y年n月j日 H:i"))


def days(value: Any, _names: Names) -> str:
    return _("{count} 个工作日").format(count=value)


def share(value: Any, _names: Names) -> str:
    return f"{value}%"


def fields(value: Iterable[str], _names: Names) -> str:
    """The names of a person's fields that were changed; never their values."""
    return listed(Child._meta.get_field(name).verbose_name for name in value)  # type: ignore[union-attr]


# What an event's detail may hold: its label, and how its value is read. What is not here is for machines.
PARTICULARS: dict[str, tuple[str | Promise, Word]] = {
    "tier": (gettext_lazy("等级"), lambda value, _names: f"{value} {Tier(value).label}"),
    "category": (gettext_lazy("类别"), chosen(Category)),
    "phase": (gettext_lazy("保护阶段"), chosen(Phase)),
    "office": (gettext_lazy("机构"), named),
    "worker": (gettext_lazy("经办人"), named),
    "second": (gettext_lazy("另行通知"), named),
    "above": (gettext_lazy("已报上级"), named),
    "child": (gettext_lazy("儿童"), named),
    "person": (gettext_lazy("人员"), named),
    "role": (gettext_lazy("角色"), chosen(PartyRole)),
    "fields": (gettext_lazy("更正"), fields),
    "title": (gettext_lazy("事由"), plain),
    "place": (gettext_lazy("地点"), plain),
    "place_text": (gettext_lazy("详细地点"), named),
    "child_state": (gettext_lazy("儿童现状"), chosen(ChildState)),
    "guardianship_risk": (gettext_lazy("监护风险"), chosen(GuardianshipRisk)),
    "suicide_risk": (gettext_lazy("自杀风险"), chosen(SuicideRisk)),
    "call_back": (gettext_lazy("安全联系方式"), chosen(CallBack)),
    "days": (gettext_lazy("延期"), days),
    "pause": (gettext_lazy("暂停"), lambda value, _names: _("{count} 天").format(count=value)),
    "due": (gettext_lazy("时限"), moment),
    "guardian": (gettext_lazy("监护人"), lambda _value, _names: _("监护人涉嫌，已设为不得告知监护人")),
    "admitted": (gettext_lazy("可看的人"), named),
    "why": (gettext_lazy("紧急情形"), lambda value, _names: EMERGENCY_WHY.get(value, value)),
    "verdict": (gettext_lazy("复核结论"), lambda value, _names: VERDICTS.get(value, value)),
    "returns": (pgettext_lazy("退单", "第几次"), plain),
    "tries": (pgettext_lazy("联系", "第几次"), plain),
    "outcome": (gettext_lazy("结果"), chosen(ReplyOutcome)),
    "satisfaction": (gettext_lazy("满意度"), chosen(Satisfaction)),
    "channel": (gettext_lazy("渠道"), chosen(Channel)),
    "paper": (gettext_lazy("纸质登记表补录"), plain),
    "received": (gettext_lazy("纸上记的收到时间"), moment),
    "into": (gettext_lazy("并入"), plain),
    "case": (gettext_lazy("来案"), named),
    "step": (gettext_lazy("环节"), lambda value, _names: STEP_LABELS.get(value, value)),
    "share": (gettext_lazy("时限已用"), share),
    "target": (gettext_lazy("督促到"), lambda value, _names: Target(value).label),
    "digest": (gettext_lazy("录音校验值"), lambda value, _names: f"{value[:16]}…"),
    "order_number": (gettext_lazy("督办单"), plain),
}


FOR_OTHERS = gettext_lazy("专业记录，限有权岗位查看。")


def particulars(event: Event, names: Names) -> list[tuple[str | Promise, str]]:
    """Each particular of an event with its label; what changed is told before and after."""
    told = []
    for key, value in event.detail.items():
        if key in PARTICULARS and value not in (None, "", []):
            label, read = PARTICULARS[key]
            told.append((label, _told(key, value, read, names)))
    return told


def _told(key: str, value: Any, read: Word, names: Names) -> str:
    if isinstance(value, list) and key != "fields":
        return " → ".join(str(read(each, names)) if each not in (None, "") else "—" for each in value)
    return str(read(value, names))


def done(event: Event) -> str | Promise:
    """What was done."""
    return ACTIONS[event.action].done
