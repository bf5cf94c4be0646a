"""Staff, their posts, and the keys of an office's software."""

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
from hutong.desks.office.pages import administrators, form_page
from hutong.hotline.network import actions, queries
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


@administrators
@require_GET
def staff(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """One person and their posts."""
    staff = staff_for(request, staff_id)
    posts = list(queries.posts_in_reach(request.post).filter(staff=staff).order_by("-valid_from"))
    current = queries.posts_to_come(staff=staff, on=timezone.localdate())
    elsewhere = current.exclude(pk__in=[post.pk for post in posts]).count()
    return render(request, "office/staff.html", {"person": staff, "posts": posts, "elsewhere": elsewhere})


@administrators
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """A person new to the network, with a first post here."""
    office = office_for(request, office_id)
    form = forms.NewStaff(request.POST or None, by=request.post, office=office)
    title, note = _("在“%(office)s”增加人员") % {"office": office.name}, _("增加后请在其页面设置初始密码，才能登录。")
    return form_page(
        request, form, partial(actions.add_staff, office=office), title=title, back=page_of(office), done=_("人员已增加。"), note=note
    )


@administrators
@require_http_methods(["GET", "POST"])
def change(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """Another name or telephone."""
    staff = staff_for(request, staff_id)
    form = forms.ChangeStaff(request.POST or None, by=request.post, initial={"name": staff.name, "phone": staff.phone})
    title = _("修改“%(name)s”") % {"name": staff.name}
    return form_page(request, form, partial(actions.change_staff, staff=staff), title=title, back=person_page(staff), done=_("已保存。"))


@administrators
@require_http_methods(["GET", "POST"])
def password(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """A new password, made here and told once."""
    staff = staff_for(request, staff_id)
    form = forms.Sure(request.POST or None, by=request.post)
    title, note = _("为“%(name)s”设置密码") % {"name": staff.name}, _("系统生成新密码，只显示一次；原密码和已登录的会话立即失效。")
    advice = _("请当面或经可靠方式告知本人（登录名 %(username)s），离开本页后不能再看到。") % {"username": staff.username}
    deed = partial(actions.set_password, staff=staff)
    return form_page(request, form, deed, title=title, back=person_page(staff), done=advice, note=note, secret=True)


@administrators
@require_http_methods(["GET", "POST"])
def deactivate(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """End everything of a person at once."""
    staff = staff_for(request, staff_id)
    form = forms.Sure(request.POST or None, by=request.post)
    title = _("停用“%(name)s”") % {"name": staff.name}
    note = _("立即生效：不能再登录，已登录的会话中断，全部岗位和密钥结束。经办的个案留在原机构，待另行指派。")
    deed = partial(actions.deactivate_staff, staff=staff)
    return form_page(request, form, deed, title=title, back=person_page(staff), done=_("人员已停用。"), note=note, danger=True)


@administrators
@require_http_methods(["GET", "POST"])
def give(request: access.DeskRequest, staff_id: UUID) -> HttpResponse:
    """One post more."""
    staff = staff_for(request, staff_id)
    form = forms.NewPost(request.POST or None, by=request.post)
    title = _("给予“%(name)s”岗位") % {"name": staff.name}
    note = "" if staff.is_active else _("此人已停用；有了岗位即恢复在职，还须重新设置密码。")
    deed = partial(actions.give_post, staff=staff)
    return form_page(request, form, deed, title=title, back=person_page(staff), done=_("岗位已给予。"), note=note)


@administrators
@require_http_methods(["GET", "POST"])
def end_post(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """End one post."""
    post = post_for(request, post_id)
    form = forms.EndPost(request.POST or None, by=request.post)
    title, note = _("结束岗位“%(post)s”") % {"post": post}, _("自离任日期起不再有此岗位的权限。经办的个案留在原机构，待另行指派。")
    deed = partial(actions.end_post, post=post)
    return form_page(request, form, deed, title=title, back=person_page(post.staff), done=_("岗位已结束。"), note=note, danger=True)


@administrators
@require_http_methods(["GET", "POST"])
def new_token(request: access.DeskRequest, post_id: UUID) -> HttpResponse:
    """A key with which an office's own software acts as this post; told once."""
    post = post_for(request, post_id)
    form = forms.NewToken(request.POST or None, by=request.post)
    title, note = _("为“%(post)s”建立接口密钥") % {"post": post}, _("持有密钥的软件以此岗位的身份办理，权限与本人相同。")
    advice = _("请复制到使用它的软件中；系统只保存其摘要，离开本页后不能再看到。")
    deed = partial(actions.make_token, post=post)
    return form_page(request, form, deed, title=title, back=page_of(post.office), done=advice, note=note, secret=True)


@administrators
@require_http_methods(["GET", "POST"])
def end_token(request: access.DeskRequest, token_id: UUID) -> HttpResponse:
    """Make a key useless."""
    token = access.reached(request, queries.tokens_in_reach(request.post), token_id)
    form = forms.Sure(request.POST or None, by=request.post)
    title, note = _("停用密钥“%(name)s”") % {"name": token.name}, _("立即生效，使用它的软件不能再接入。")
    deed = partial(actions.end_token, token=token)
    return form_page(request, form, deed, title=title, back=page_of(token.post.office), done=_("密钥已停用。"), note=note, danger=True)
