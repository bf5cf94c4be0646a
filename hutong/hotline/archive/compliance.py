"""The figures of the yearly audit of minors' data, each a named question to the log and the rows; nobody's data stand in them.

《未成年人网络保护条例》第三十七条: 个人信息处理者应当自行或者委托专业机构每年对其处理未成年人个人信息遵守法律、行政法规的情况进行合规审计，
并将审计情况及时报告网信等部门; by the end of January for the year before.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import TruncMonth
from django.utils import timezone

from hutong.hotline.archive import rules
from hutong.hotline.archive.models import Export
from hutong.hotline.audit import keys
from hutong.hotline.audit.anchors import Anchors
from hutong.hotline.audit.models import AuditEntry, Checkpoint
from hutong.hotline.clocks.rules import midnight
from hutong.hotline.holds.models import Hold
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Approval, Charge, Post, Role
from hutong.hotline.recordings.models import Recording
from hutong.hotline.retention import rules as retention
from hutong.hotline.retention.models import Erasure

Row = dict[str, Any]
# What is counted, and the verbs of the log that are it.
COUNTED: dict[str, tuple[str, ...]] = {
    "查看": ("looked", "listed"),
    "查看报告人身份": ("reveal_reporter",),
    "收听录音": ("recording_played",),
    "导出": ("exported", "network_exported", "rulebook_exported"),
    "被拒绝": ("refused",),
    "查谁看过": ("asked_who_saw",),
}
CLASS_OF = {verb: name for name, verbs in COUNTED.items() for verb in verbs}


@dataclass(frozen=True)
class Period:
    """A year, and whose: the offices at or below that of the post which asks."""

    year: int
    post: Post

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return midnight(date(self.year, 1, 1))

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(date(self.year + 1, 1, 1))

    def lines(self) -> QuerySet[AuditEntry]:
        """What its people did, as the log has it."""
        posts = network.posts_in_reach(self.post).values("pk")
        return AuditEntry.objects.filter(at__gte=self.start, at__lt=self.end, post_id__in=posts)

    def within(self, field: str) -> dict[str, datetime]:
        """A condition on a moment."""
        return {f"{field}__gte": self.start, f"{field}__lt": self.end}


def in_charge(period: Period) -> list[Row]:
    """Who answered for which office."""
    rows = Charge.objects.filter(office__in=network.at_or_below(period.post.office), at__lt=period.end).exclude(ended_at__lt=period.start)
    return [
        {
            "机构": row.office.name,
            "负责人": row.post.staff.name,
            "岗位": row.post.get_role_display(),
            "自": _day(row.at),
            "至": _day(row.ended_at),
        }
        for row in rows.select_related("office", "post__staff").order_by("office__code", "at")
    ]  # fmt: skip


def approved(period: Period) -> list[Row]:
    """Approvals by office: how many, of how many posts, ended early, and of those that ran at its end."""
    posts = network.posts_in_reach(period.post).values("pk")
    rows = Approval.objects.filter(post__in=posts, **period.within("at")).values("post__office__name")
    found = rows.annotate(all=Count("pk"), posts=Count("post", distinct=True), early=Count("ended_at")).order_by("post__office__name")
    return [{"机构": row["post__office__name"], "批准": row["all"], "涉及岗位": row["posts"], "提前结束": row["early"]} for row in found]


def without_approval(period: Period) -> list[Row]:
    """Who reads cases now and has no approval that runs."""
    on = timezone.localdate()
    posts = network.posts_in_reach(period.post).filter(network.stands(on), staff__is_active=True)
    read = posts.exclude(role__in=(Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR))
    found = Counter(read.exclude(pk__in=network.approved_posts(on)).values_list("office__name", flat=True))
    return [{"机构": name, "没有批准的岗位": count} for name, count in sorted(found.items())]


def by_office_and_role(period: Period) -> list[Row]:
    """Looks, reveals, listening, exports and refusals, by office and role."""
    found: dict[tuple[str, str], Counter[str]] = {}
    counted = list(period.lines().filter(verb__in=CLASS_OF).values("post_id", "verb").annotate(count=Count("pk")))
    posts = network.posts_by_id({row["post_id"] for row in counted})
    for row in counted:
        post = posts[row["post_id"]]
        found.setdefault((post.office.name, str(post.get_role_display())), Counter())[CLASS_OF[row["verb"]]] += row["count"]
    return [{"机构": office, "岗位": role, **_counts(counts)} for (office, role), counts in sorted(found.items())]


def by_month(period: Period) -> list[Row]:
    """The same by month."""
    found: dict[int, Counter[str]] = {month: Counter() for month in range(1, 13)}
    months = period.lines().filter(verb__in=CLASS_OF).annotate(month=TruncMonth("at")).values("month", "verb").annotate(count=Count("pk"))
    for row in months:
        found[row["month"].month][CLASS_OF[row["verb"]]] += row["count"]
    return [{"月": f"{month} 月", **_counts(counts)} for month, counts in found.items()]


def refusals(period: Period) -> list[Row]:
    """What was refused, by reason; without a reason it was not there for who asked."""
    rows = period.lines().filter(verb="refused").annotate(reason=KT("detail__reason")).values("reason").annotate(count=Count("pk"))
    return [{"原因": row["reason"] or "无权或不存在", "次数": row["count"]} for row in rows.order_by("-count")]


def exports(period: Period) -> list[Row]:
    """Files that left, by kind: asked for, agreed to by a second person, fetched."""
    posts = network.posts_in_reach(period.post).values("pk")
    rows = Export.objects.filter(by__in=posts, **period.within("at")).values("kind").order_by("kind")
    found = rows.annotate(asked=Count("pk"), agreed=Count("second"), fetched=Count("done_at"))
    names = dict(Export._meta.get_field("kind").choices or ())
    return [{"内容": names[row["kind"]], "申请": row["asked"], "第二人同意": row["agreed"], "已导出": row["fetched"]} for row in found]


def erased(period: Period) -> list[Row]:
    """What was erased in the whole deployment when its time was over, by the lines of the schedule; and what was held."""
    rows = Counter(Erasure.objects.filter(**period.within("at")).values_list("kind", flat=True))
    rows["recording"] = Recording.objects.filter(**period.within("destroyed_at")).count()
    kinds = [kind for kind in retention.schedule().kinds.values() if kind.then in {"blank", "key"}]
    found = [{"内容": kind.title, "期限": kind.after, "办法": retention.DEEDS[kind.then], "数量": rows[kind.name]} for kind in kinds]
    return [*found, {"内容": "依法留存的个案", "期限": "", "办法": "不删除", "数量": Hold.objects.filter(ended_at=None).count()}]


def proofs(period: Period) -> list[Row]:
    """Keys made anew, checkpoints signed, and whether all of those hold."""
    rotated = AuditEntry.objects.filter(verb="key_rotated", **period.within("at")).count()
    signed = Checkpoint.objects.filter(**period.within("at")).count()
    wrong = Anchors(settings.AUDIT_FOLDER).gather(keys.known_keys(keys.public_file(settings.AUDIT_KEY))).wrong
    return [
        {"事项": "更换主密钥", "结果": f"{rotated} 次"},
        {"事项": "签署检查点", "结果": f"{signed} 个"},
        {"事项": "检查点核对（截至生成时）", "结果": "全部相符" if not wrong else f"{len(wrong)} 处不符：{wrong[0]}"},
    ]


QUESTIONS: dict[str, Callable[[Period], list[Row]]] = {
    "一、数据负责人": in_charge,
    "二、访问批准": approved,
    "三、现无批准的岗位": without_approval,
    "四、访问情况（按机构和岗位）": by_office_and_role,
    "五、访问情况（按月）": by_month,
    "六、拒绝的原因": refusals,
    "七、导出": exports,
    "八、到期删除与依法留存（全部署）": erased,
    "九、密钥与防篡改（全部署）": proofs,
}


# What counts children, cases and those who looked at them leaves the house in steps: in a small place one could tell whom it means.
IN_STEPS = frozenset({by_office_and_role, by_month, refusals, exports, erased})


def report(period: Period) -> dict[str, list[Row]]:
    """All of it, section by section, as it may leave the house."""
    return {
        title: [_in_steps(row) for row in question(period)] if question in IN_STEPS else question(period)
        for title, question in QUESTIONS.items()
    }


def _in_steps(row: Row) -> Row:
    return {name: rules.coarse(value) if isinstance(value, int) else value for name, value in row.items()}


def _counts(counts: Counter[str]) -> Row:
    return {name: counts[name] for name in COUNTED}


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""
