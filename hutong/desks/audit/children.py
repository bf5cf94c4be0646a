"""Who saw what about a child, over all its cases: on a page, and as a file for who may ask by law."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.audit.forms import Reason
from hutong.desks.components import log
from hutong.desks.components.attachments import attachment
from hutong.hotline.archive import actions as taking
from hutong.hotline.archive import papers, reasons
from hutong.hotline.archive import queries as exports
from hutong.hotline.archive.models import Export, ExportKind
from hutong.hotline.cases import looks, queries
from hutong.hotline.kernel import masks, wall
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.kernel.texts import listed, storable
from hutong.hotline.network.models import Post, Role
from hutong.hotline.people.models import Child

SHOWN = 500  # lines on the page; the file has all
askers = access.for_posts(Role.AUDITOR, Role.SHIFT_LEAD)


@askers
@require_GET
def find(request: access.DeskRequest) -> HttpResponse:
    """The children of a case, by its number; of each no more than the surname."""
    number = storable(request.GET.get("number", "")).text.strip().upper()[:40]
    wall.look_across("number", number)
    case = looks.cases_for(request.post).filter(number=number).first() if number else None
    children = [(child.pk, masks.name(child.name), child.age) for child in queries.children_of(case)] if case else []
    if case:
        access.looked(request, subject="audit", subject_id=case.pk)
    elif number:
        access.refused(request, subject="audit")
    return render(request, "audit/find.html", {"number": number, "children": children, "case": case})


@askers
@access.stepped_up
@require_http_methods(["GET", "POST"])
def child(request: access.DeskRequest, child_id: UUID) -> HttpResponse:
    """Every line about the child. A shift lead says why first; who asked, and why, is a line of the report from then on. Neither a
    reason nor a file comes of a link, which another site could lead somebody along."""
    wall.look_across("child", child_id)
    child = access.reached(request, looks.children_for(request.post), child_id)
    form = Reason(request.POST or None)
    is_auditor = request.post.role == Role.AUDITOR
    context: dict[str, Any] = {"child_id": child.pk, "name": masks.name(child.name), "form": form}
    if not is_auditor and not form.is_valid():
        access.looked(request, subject="audit")
        return render(request, "audit/why.html", context, status=422 if form.errors else 200)
    why = "audit" if is_auditor else form.cleaned_data["why"]
    report = Report(child, request.post)
    if (kind := request.POST.get("as")) in FILES:
        access.exporting(request)
        try:
            return _file(request, report, why, kind)
        except Refusal as refusal:
            access.denied(request, refusal, subject="child", subject_id=child.pk)
            context["reason"] = refusal.reason
    looks.ask(child, why=why, by=request.post, at=timezone.now())
    rows = list(islice(report.rows(), SHOWN))
    context |= {
        "rows": rows, "more": max(report.lines.count() - SHOWN, 0), "why": why, "about": about(report, why), "counted": COUNTED,
        "people": [(row, [row[name] for name in COUNTED]) for row in report.people()], "waiting": exports.waiting(child.pk),
    }  # fmt: skip
    return render(request, "audit/child.html", context, status=422 if "reason" in context else 200)


@askers
@access.stepped_up
@require_POST
def agree(request: access.DeskRequest, child_id: UUID, export_id: UUID) -> HttpResponse:
    """A second person agrees to a long report that somebody else asked for."""
    wall.look_across("child", child_id)
    child = access.reached(request, looks.children_for(request.post), child_id)
    export: Export = access.reached(request, exports.waiting(child.pk), export_id)
    try:
        taking.agree(export, by=request.post, at=timezone.now())
        messages.success(request, _("已同意 %(serial)s。") % {"serial": export.serial})
    except Refusal as refusal:
        access.denied(request, refusal, subject="child", subject_id=child.pk)
        messages.error(request, str(refusal))
    return redirect("audit:child", child.pk)


class Report:
    """Every line about a child, over all its cases but those from which the asker must keep away."""

    def __init__(self, child: Child, post: Post) -> None:
        self.child, self.post = child, post
        self.cases = looks.cases_of(child, post)
        self.of = looks.all_of(self.cases)
        self.lines = looks.about_child(child, self.of)
        self.kept_away = child.case_links.exclude(case__in=self.cases).count()

    def numbers(self) -> list[str]:
        """The cases by their numbers, as far as the asker may know of them."""
        return list(looks.cases_for(self.post).filter(pk__in=self.cases).order_by("opened_at").values_list("number", flat=True))

    def people(self) -> list[dict[str, Any]]:
        """Who did how much of what."""
        return looks.seen_by(self.lines)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines as rows, some hundreds at a time."""
        source = self.lines.iterator(chunk_size=SHOWN)
        while portion := list(islice(source, SHOWN)):
            words = reasons.of_lines(portion)
            for line in looks.told(portion, self.post, of=self.of):
                yield _row(line, words.get(line.entry.pk, ""))


def _row(line: looks.Line, words: str) -> dict[str, Any]:
    entry = line.entry
    return {
        "at": entry.at,
        "who": line.post.staff.name if line.post else _("系统"),
        "role": line.post.get_role_display() if line.post else "",
        "office": line.post.office.name if line.post else "",
        "verb": log.verb(entry.verb),
        "part": log.what(entry.detail),
        "case": listed(line.cases),
        "why": " · ".join(dict.fromkeys(str(each) for each in (log.why(entry.detail), line.words or words) if each)),
    }


# --- as a file


def _file(request: access.DeskRequest, report: Report, why: str, kind: str) -> HttpResponse:
    """The report as a file, marked with who took it; a long one waits for a second person."""
    at, post, child = timezone.now(), request.post, report.child
    asked = exports.open_of(child.pk, by=post, at=at) or taking.ask(
        ExportKind.WHO_SAW, subject_id=child.pk, purpose=str(log.REASONS[why]), rows=report.lines.count(), by=post, at=at
    )
    content = taking.hand_out(
        asked, lambda _held, mark: FILES[kind](report, why, mark), by=post, at=at, why=why, part="audit:child"
    )  # fmt: skip
    return attachment(content, f"who-saw-{timezone.localdate():%Y%m%d}.{kind}")


def _sheet(report: Report, _why: str, mark: str) -> bytes:
    """For a spreadsheet, in which nothing runs as a formula: the lines."""
    return papers.sheet(map(_cells, report.rows()), mark=mark)


def _paper(report: Report, why: str, mark: str) -> bytes:
    """To print and hand over: what it is, who did how much, the lines."""
    sections = {
        _("这是什么"): [{_("项目"): label, _("说明"): said} for label, said in about(report, why)],
        _("谁看过"): list(map(_counts, report.people())),
        _("逐条记录"): list(map(_cells, report.rows())),
    }  # fmt: skip
    title = _("谁看过 %(name)s 的资料") % {"name": masks.name(report.child.name) or _("这个孩子")}
    return papers.paper(title, sections, mark=mark, at=timezone.localtime().replace(tzinfo=None), tables=True)


FILES: dict[str, Callable[[Report, str, str], bytes]] = {"csv": _sheet, "docx": _paper}


def about(report: Report, why: str) -> list[tuple[str, str]]:
    """What a reader of the report must know who has never seen the platform."""
    left_out = _("您须回避的 %(count)s 件个案不在其中。") % {"count": report.kept_away} if report.kept_away else ""
    return [
        (_("查询事由"), str(log.REASONS[why])),
        (_("个案"), " ".join(filter(None, (listed(report.numbers()), left_out)))),
        (_("包括什么"), _(
            "谁打开过这个孩子的个案、来访记录、通话、录音和督办单，在哪些列表里看到过，说明理由看过哪些隐去的内容，听过录音，"
            "紧急查看过，导出过，被拒绝过；以及办理个案时做的每一步。没有看到内容的动作也列出。")),
        (_("怎么记下的"), _("每次查看在页面显示之前先写入审计记录；记录只增不改，逐条封存，可以核验。记录里没有看到的内容本身。")),
    ]  # fmt: skip


COUNTED = {
    "looked": gettext_lazy("看"), "listed": gettext_lazy("列表"), "revealed": gettext_lazy("隐去的内容"), "heard": gettext_lazy("录音"),
    "taken": gettext_lazy("导出"), "opened": gettext_lazy("紧急查看"), "refused": gettext_lazy("被拒绝"),
    "done": gettext_lazy("办理"),
}  # fmt: skip


def _counts(row: dict[str, Any]) -> dict[str, str]:
    """Who did how much, by the headings."""
    post, span = row["post"], f"{timezone.localtime(row['first']):%Y-%m-%d %H:%M} – {timezone.localtime(row['last']):%Y-%m-%d %H:%M}"
    said = {_("人员"): post.staff.name, _("岗位"): post.get_role_display(), _("机构"): post.office.name}
    return said | {str(label): str(row[name]) for name, label in COUNTED.items()} | {_("全部"): str(row["all"]), _("从何时到何时"): span}


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """A row of the file, by its headings."""
    named = {
        "at": _("时间"), "who": _("人员"), "role": _("岗位"), "office": _("机构"), "verb": _("动作"), "part": _("看到的部分"),
        "case": _("个案"), "why": _("事由"),
    }  # fmt: skip
    return {named[key]: f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if key == "at" else str(value) for key, value in row.items()}
