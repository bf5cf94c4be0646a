"""What was taken out, by whom; and all that a case's package holds, without ids and without the names of staff."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.rules import ACTIONS
from hutong.hotline.cases.sight import Sight
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post
from hutong.hotline.people.models import Human
from hutong.hotline.recordings import queries as recordings

Row = dict[str, Any]
FOR_OTHERS = "（专业记录，限有权岗位查看）"


def of_case(case: Case) -> QuerySet[Export]:
    """Every time somebody asked for a case's package, the latest first."""
    found = Export.objects.filter(kind=ExportKind.CASE, subject_id=case.pk)
    return found.select_related("by__staff", "by__office", "second__staff").order_by("-at")


def waiting(subject_id: UUID) -> QuerySet[Export]:
    """What was asked for about this and waits for a second person."""
    found = Export.objects.filter(subject_id=subject_id, needs_second=True, second=None, done_at=None)
    return found.select_related("by__staff", "by__office").order_by("-at")


def open_of(subject_id: UUID, *, by: Post, at: datetime) -> Export | None:
    """What a post asked for about this, and has not fetched yet."""
    return Export.objects.filter(subject_id=subject_id, by=by, done_at=None, at__gt=at - rules.LASTS).order_by("-at").first()


def by_serial(serial: str) -> Export | None:
    """The export whose mark a file carries, in any case of its letters."""
    return Export.objects.select_related("by__staff", "by__office", "second__staff").filter(serial=serial.strip().upper()).first()


def whole(case: Case, by: Post) -> dict[str, list[Row]]:
    """The sheets of a case's package, by name: what is kept of the case, each row by its labels.

    A psychologist's words, and those on a child's health, are in it where who takes it reads them.
    """
    sight = cases.sight_of(cases.situation(case, by), by)
    return {
        "个案": [_case(case)],
        "儿童": [_human(link.child) for link in case.child_links.select_related("child__present_division").order_by("pk")],
        "关系人": [
            {"角色": party.get_role_display(), "与儿童关系": party.relation, **_human(party.person)}
            for party in case.parties.select_related("person").order_by("pk")
        ],
        "来访": [_contact(link.contact) for link in case.contact_links.select_related("contact__taken_by__office").order_by("at")],
        "办理经过": [_event(event, sight) for event in case.events.select_related("by", "office").order_by("seq")],
        "办件": [
            {
                "类型": part.get_kind_display(), "机构": part.office.name, "状态": part.get_state_display(), "要求": part.request,
                "办理情况": part.report, "儿童现状": part.get_child_state_display(), "交办": _moment(part.given_at),
            }
            for part in case.assignments.select_related("office").order_by("given_at")
        ],
        "答复": [
            {"时间": _moment(reply.at), "结果": reply.get_outcome_display(), "内容": reply.text, "经手岗位": _post(reply.by)}
            for reply in case.replies.select_related("by__office").order_by("at")
        ],
        "督办": [
            {
                "编号": order.number, "发出": order.issuer.name, "发给": order.office.name, "事由": order.subject, "要求": order.text,
                "答复": order.answer, "状态": order.get_state_display(),
            }
            for order in case.orders.select_related("issuer", "office").order_by("issued_at")
        ],
        "录音": [
            {
                "开始": _moment(each.started_at), "秒": each.seconds, "校验值": each.digest, "保存到": _moment(each.keep_until),
                "已销毁": _moment(each.destroyed_at), "处理依据": each.get_lawful_basis_display(),
            }
            for each in recordings.of_case(case)
        ],
        "谁看过": list(_looks(case)),
    }  # fmt: skip


def _case(case: Case) -> Row:
    return {
        "编号": case.number, "事由": case.title, "等级": case.tier, "类别": case.get_category_display(),
        "保护阶段": case.get_phase_display(),
        "地点": f"{case.place.full_name if case.place else ''} {case.place_text}".strip(), "处置方案": case.plan,
        "受理中心": case.centre.name, "主办机构": case.lead.name, "立案": _moment(case.opened_at), "办结": _moment(case.closed_at),
        "办结方式": case.get_resolution_display(),
    }  # fmt: skip


def _human(human: Human) -> Row:
    known = {
        "姓名": human.name, "性别": human.get_sex_display(), "出生日期": str(human.born_on or ""), "身份证号": human.id_number,
        "电话": human.phone, "地址": human.address, "处理依据": human.get_lawful_basis_display(),
        "可告知监护人": "是" if human.tell_guardian else "不得告知监护人",
    }  # fmt: skip
    if age := getattr(human, "age", None):
        known |= {"年龄": age, "学校": human.school}  # type: ignore[attr-defined]
    return known


def _contact(contact: Any) -> Row:
    """A contact without who reported: that lies apart, and stays with the centre."""
    return {
        "渠道": contact.get_channel_display(), "收到": _moment(contact.received_at), "接待岗位": _post(contact.taken_by),
        "处理依据": contact.get_lawful_basis_display(), "内容": contact.narrative, "答复": contact.answer,
    }  # fmt: skip


def _event(event: Any, sight: Sight) -> Row:
    words = sight.words(event.action, event.text)
    return {
        "序": event.seq, "时间": _moment(event.at), "动作": str(ACTIONS[event.action].done),
        "机构": event.office.name if event.office else "系统",
        "岗位": event.by.get_role_display() if event.by else "", "内容": words if words == event.text else FOR_OTHERS,
    }  # fmt: skip


def _looks(case: Case) -> Iterator[Row]:
    """Who looked, by post and office: a name is found in the log by the moment, where it is needed."""
    entries = list(AuditEntry.objects.filter(subject_id=case.pk).exclude(post_id=None).order_by("at"))
    posts = network.posts_by_id({entry.post_id for entry in entries})
    for entry in entries:
        post = posts.get(entry.post_id)
        yield {
            "时间": _moment(entry.at), "岗位": post.get_role_display() if post else "", "机构": post.office.name if post else "",
            "动作": entry.verb, "部分": entry.detail.get("part", ""),
        }  # fmt: skip


def _post(post: Post | None) -> str:
    return f"{post.get_role_display()} · {post.office.name}" if post else "系统"


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""
