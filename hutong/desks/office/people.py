"""Staff and their posts."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hutong.desks import access
from hutong.desks.office import forms
from hutong.desks.office.offices import office_for, page_of
from hutong.desks.office.pages import Page, administrators, form_page, keepers, security
from hutong.hotline.network import actions, approving, queries, resetting
from hutong.hotline.network.models import Post, Staff


def staff_for(request: access.DeskRequest, staff_id: UUID) -> Staff:
    """The person, if they have or had a post in reach."""
    return access.reached(request, queries.staff_in_reach(request.post), staff_id)


def post_for(request: access.DeskRequest, post_id: UUID) -> Post:
    """The post, if it is in reach."""
    return access.reached(request, queries.posts_in_reach(request.post), post_id)


def person_page(staff: Staff) -> str:
    """The address of a person's page."""
    return reverse("office:staff", args=[staff.pk])


@keepers
@require_GET
def staff(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """One person and their posts."""
    staff = staff_for(request, staff_id)
    posts = list(queries.posts_in_reach(request.post).filter(staff=staff).order_by("-valid_from"))
    current = queries.posts_to_come(staff=staff, on=timezone.localdate())
    elsewhere = current.exclude(pk__in=[post.pk for post in posts]).count()
    charges = {charge.post_id: charge for charge in approving.charges_in_reach(request.post).filter(post__in=posts)}
    for post in posts:
        post.charge = charges.get(post.pk)  # type: ignore[attr-defined]
    context = {"person": staff, "posts": posts, "elsewhere": elsewhere, "is_oneself": staff.pk == request.post.staff_id}
    context["reset"] = resetting.waiting(staff)
    return render(request, "office/staff.html", context)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """A person new to the network, with a first post here."""
    office = office_for(request, office_id)
    form = forms.NewStaff(request.POST or None, by=request.post, office=office)
    page = Page(
        title=_("在“%(office)s”增加人员") % {"office": office.name}, button=_("增加"), done=_("人员已增加。"), back=page_of(office),
        note=_("增加后请在其页面设置初始密码，才能登录。已在别处任职的人，请从其页面给予岗位。"),
    )  # fmt: skip
    return form_page(request, form, partial(actions.add_staff, office=office), page)


@security
@require_http_methods(["GET", "POST"])
def change(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """Another name or telephone."""
    staff = staff_for(request, staff_id)
    form = forms.ChangeStaff(request.POST or None, by=request.post, now={"name": staff.name, "phone": staff.phone})
    page = Page(title=_("修改“%(name)s”") % {"name": staff.name}, button=_("保存"), done=_("已保存。"), back=person_page(staff))
    return form_page(request, form, partial(actions.change_staff, staff=staff), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def password(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """A new password, made here and told once."""
    staff = staff_for(request, staff_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("为“%(name)s”设置密码") % {"name": staff.name}, button=_("生成新密码"), back=person_page(staff), secret=True,
        note=_("系统生成新密码，只显示一次；原密码和已登录的会话立即失效。"),
        done=_("请当面或经可靠方式告知本人（登录名 %(username)s）。离开本页后谁也不能再看到。") % {"username": staff.username},
    )  # fmt: skip
    return form_page(request, form, partial(resetting.set_password, staff=staff), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end_sessions(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """Sign a person out everywhere."""
    staff = staff_for(request, staff_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("结束“%(name)s”的全部登录") % {"name": staff.name}, button=_("全部结束"), done=_("已全部结束。"), back=person_page(staff),
        note=_("立即生效，包括正在听的实时更新。本人可以重新登录。"), danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(resetting.end_sessions, staff=staff), page)


@administrators
@access.stepped_up
@require_http_methods(["GET", "POST"])
def ask_reset(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """The first of the two people by whom a lost factor is set up anew."""
    staff = staff_for(request, staff_id)
    form = forms.AskReset(request.POST or None, by=request.post)
    page = Page(
        title=_("申请重置“%(name)s”的验证方式") % {"name": staff.name}, button=_("申请重置"), back=person_page(staff),
        done=_("已申请，等待安全管理员确认。"),
        note=_("请先当面核实是本人。安全管理员也核实并确认后，原有验证方式作废，本人下次登录时重新设置；您看不到也定不了任何密钥。"),
    )  # fmt: skip
    return form_page(request, form, partial(resetting.ask_reset, staff=staff), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def decide_reset(request: access.DeskRequest, reset_id: UUID) -> HttpResponse:
    """The second one."""
    row = access.reached(request, resetting.in_reach(request.post), reset_id)
    form = forms.DecideReset(request.POST or None, by=request.post)
    told = {"asker": row.asked_by.staff.name, "proof": row.proof}
    page = Page(
        title=_("重置“%(name)s”的验证方式") % {"name": row.staff.name}, button=_("提交"), back=person_page(row.staff), done=_("已记录。"),
        danger=True,
        note=_("%(asker)s申请，核实方式：%(proof)s。请您另行核实是本人。同意后原有验证方式和恢复码立即作废，全部登录结束。") % told,
    )  # fmt: skip
    return form_page(request, form, partial(resetting.decide_reset, row.pk), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def deactivate(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """End everything of a person at once."""
    staff = staff_for(request, staff_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("停用“%(name)s”") % {"name": staff.name}, button=_("停用"), done=_("人员已停用。"), back=person_page(staff), danger=True,
        note=_("立即生效：不能再登录，已登录的会话中断，全部岗位和密钥结束。经办的个案留在原机构，待另行指派。"),
    )  # fmt: skip
    return form_page(request, form, partial(actions.deactivate_staff, staff=staff), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def give(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """One post more."""
    staff = staff_for(request, staff_id)
    form = forms.NewPost(request.POST or None, by=request.post)
    page = Page(
        title=_("给予“%(name)s”岗位") % {"name": staff.name}, button=_("给予岗位"), done=_("岗位已给予。"), back=person_page(staff),
        note=_("新岗位不在其现有机构或其下级时，原密码失效，须重新设置：原机构的管理员可能知道它。"),
    )  # fmt: skip
    return form_page(request, form, partial(actions.give_post, staff=staff), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end_post(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """End one post."""
    post = post_for(request, post_id)
    form = forms.EndPost(request.POST or None, by=request.post)
    page = Page(
        title=_("结束岗位“%(post)s”") % {"post": post}, button=_("结束岗位"), done=_("岗位已结束。"), back=person_page(post.staff),
        note=_("自离任日期起不再有此岗位的权限。经办的个案留在原机构，待另行指派。"), danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(actions.end_post, post=post), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def charge(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """Name who answers for minors' data in an office."""
    post = post_for(request, post_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("指定“%(post)s”为数据负责人") % {"post": post}, button=_("指定"), done=_("已指定。"), back=person_page(post.staff),
        note=_("数据负责人批准本机构及下级机构的岗位查看未成年人资料，本人由这次指定获准。"),
    )  # fmt: skip
    return form_page(request, form, partial(approving.put_in_charge, post), page)


@security
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end_charge(request: access.DeskRequest, charge_id: UUID) -> HttpResponse:
    """Somebody answers for it no more."""
    found = access.reached(request, approving.charges_in_reach(request.post), charge_id)
    form = forms.Sure(request.POST or None, by=request.post)
    page = Page(
        title=_("“%(post)s”不再是数据负责人") % {"post": found.post}, button=_("结束"), done=_("已结束。"),
        back=person_page(found.post.staff),
        note=_("其已作出的批准照常到期；本人查看资料须另经批准。"), danger=True,
    )  # fmt: skip
    return form_page(request, form, partial(approving.end_charge, found), page)
