"""Pages for what went wrong: what happened, what was kept, what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DRAFT_KEPT = _("登记表每几秒自动存为草稿，回到接线台即可接着写。其他表单请返回上一页查看。")
NOTHING_CHANGED = _("没有改动任何内容。")

# status or name: title, what happened, what was kept, what to do next
PAGES: dict[str, tuple[str | Promise, str | Promise, str | Promise, str | Promise]] = {
    "400": (
        _("请求有误"),
        _("服务器看不懂这次请求，没有执行。"),
        NOTHING_CHANGED,
        _("请返回上一页重新操作；若再次出现，请告诉管理员您刚才点了什么。"),
    ),
    "403": (
        _("您的岗位不能打开这一页"),
        _("这一页属于其他岗位。"),
        NOTHING_CHANGED,
        _("若您有多个岗位，请回到工作台切换岗位；若确需查看，请联系本机构管理员。"),
    ),
    "404": (
        _("没有找到"),
        _("这个地址没有内容，或者不在您的岗位可以查看的范围内。"),
        NOTHING_CHANGED,
        _("请核对编号，或从工作台重新进入。若个案已转给别的机构，它会出现在那里的列表里。"),
    ),
    "500": (
        _("系统出错了"),
        _("服务器没能完成这一步，错误已记录。"),
        DRAFT_KEPT,
        _("请稍等片刻再试一次；急情请按纸质流程先行处置并电话通知，事后补录。"),
    ),
    "elsewhere": (
        _("请求来自别的网站"),
        _("这次请求是别的网站的页面发来的，没有执行。"),
        NOTHING_CHANGED,
        _("请从本系统的页面里操作；若您并没有打开别的网站，请告诉安全管理员。"),
    ),
    "csrf": (_("页面已过期"), _("这一页打开得太久，或您已在别处重新登录，所以没有提交。"), DRAFT_KEPT, _("请返回上一页，刷新后再提交。")),
}


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    """The whole page; to a region of one nothing but the status, for the page says it in its own words and keeps its messages."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=status)
    title, happened, kept, next_step = PAGES[name]
    context = {"title": title, "happened": happened, "kept": kept, "next_step": next_step}
    return render(request, "components/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a page of another post. Says nothing of what stands on it."""
    return _page(request, "403", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, word for word the same for what is not there and for what may not be seen."""
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Asks nothing of the database, which may be what failed."""
    return _page(request, "500", 500)


def from_elsewhere(request: HttpRequest) -> HttpResponse:
    """A page of another site asked, not a person here."""
    return _page(request, "elsewhere", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or came from elsewhere. Drafts are kept on the server."""
    return _page(request, "csrf", 403)
