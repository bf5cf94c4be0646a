"""The one place that turns what went wrong into an answer: a code for the machine, sentences for the person, fields at fault."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.log import log_response
from django.utils.translation import gettext_lazy as _
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from hutong.desks import access
from hutong.desks.api.shapes import Happening
from hutong.hotline.cases import queries as cases
from hutong.hotline.kernel.faults import UNKNOWN_CHOICE
from hutong.hotline.kernel.refusals import Reason, Refusal

NO_TOKEN = Reason(
    "no_token",
    _("密钥缺失、无效或已停用，或者它的岗位已不在任。"),
    _("请在 Authorization 头里写 Bearer 和密钥；需要新密钥时找本机构管理员。"),
)
NOT_FOUND = Reason("not_there", _("没有找到，或不在您可以查看的范围内。"), _("请核对编号。若个案已转给别的机构，它在那里。"))
WRONG_METHOD = Reason("wrong_method", _("这个地址不支持这种请求。"), _("请对照 /api/openapi.json。"))
IN_CLEAR = Reason("in_clear", _("请求没有加密，没有执行。"), _("请改用 https 地址；这个密钥可能已被人看到，请找本机构管理员换一个。"))
UNREADABLE = Reason("unreadable", _("请求正文不是 JSON，没有保存任何内容。"), _("请用 UTF-8 编码的 JSON 重发。"))
TOO_LARGE = Reason("too_large", _("请求正文太大，没有保存任何内容。"), _("单段文字最多 20,000 字，请删减后重发。"))
INVALID = Reason("invalid", _("请求有误，没有保存任何内容。"), _("请看各字段的说明。"))
BROKEN = Reason("broken", _("服务器没能完成这一步，错误已记录。"), _("请稍后重试；登记来访请用同一个 Idempotency-Key，不会重复。"))

FAULTY = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500})  # what every operation may answer
STATUS = {"not_there": 404, "not_yours": 403, "too_many_cases": 429}  # of a refusal that is no field's fault; any other is the facts' (409)

# What is said of a field, by the validator's own name for the fault. Never what was sent.
FAULTS: dict[str, str | Promise] = {
    "missing": _("缺少这一项。"),
    "extra_forbidden": _("没有这一项，请核对拼写。"),
    "unknown_choice": UNKNOWN_CHOICE.sentence,
    "string_type": _("应为文字。"),
    "bool_type": _("应为 true 或 false。"),
    "int_type": _("应为整数。"),
    "list_type": _("应为列表。"),
    "model_type": _("应为 JSON 对象。"),
    "uuid_type": _("应为编号（UUID）。"),
    "uuid_parsing": _("应为编号（UUID）。"),
    "moment": _("没有这个时间。应写成 2026-11-20T10:00:00+08:00，带时区。"),
    "day": _("没有这一天。应写成 2026-11-20。"),
    "out_of_range": _("超出范围。"),
    "string_too_short": _("不能为空。"),
    "string_too_long": _("太长。"),
    "string_pattern_mismatch": _("只能用可见的 ASCII 字符。"),
}
UNFIT = _("格式不对。")
LONGEST_NAME = 60


class Fault(BaseModel):
    """Why nothing was done. `changes` is what happened to the case since the version that the sender saw."""

    code: str
    sentence: str
    remedy: str
    fields: dict[str, str]
    changes: list[Happening]


def answer(
    status: int, reason: Reason, fields: Mapping[str, str | Promise] | None = None, changes: Sequence[Happening] = ()
) -> HttpResponse:
    """Say why not."""
    fault = Fault(
        code=reason.code,
        sentence=str(reason.sentence),
        remedy=str(reason.remedy),
        fields={name: str(why) for name, why in (fields or {}).items()},
        changes=list(changes),
    )
    return JsonResponse(fault.model_dump(), status=status)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if getattr(request, "post", None):
        access.denied(request, refusal)
    status = 422 if refusal.fields else STATUS.get(refusal.reason.code, 409)
    return answer(status, refusal.reason, refusal.fields, _happened(request, refusal.changes))


def _happened(request: Any, events: Sequence[Any]) -> list[Happening]:
    """What happened to a case meanwhile, as the post reads it; that it was read is a line of the log."""
    if not events:
        return []
    access.came_back(request)
    context = {"sight": cases.sight_of(cases.situation(events[0].case, request.post), request.post)}
    return [Happening.model_validate(event, context=context) for event in events]


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer(422, INVALID, {_name(fault["loc"]): FAULTS.get(fault["type"], UNFIT) for fault in error.errors})


def _name(place: tuple[Any, ...]) -> str:
    """Where the fault is, as the sender writes it: reporter.phone, place, Idempotency-Key."""
    source, *names = place
    names = names[1:] if source == "body" else names
    return ".".join(str(name) for name in names)[:LONGEST_NAME] or source


def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    access.refused(request, subject="token")
    response = answer(401, NO_TOKEN)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    response = answer(500, BROKEN)
    log_response("%s %s", request.method, request.path, response=response, request=request, exception=error)
    return response


HANDLERS: dict[type[Exception], Any] = {
    Refusal: _refused,
    ValidationError: _invalid,
    AuthenticationError: _no_token,
    Http404: lambda request, error: answer(404, NOT_FOUND),
    HttpError: lambda request, error: answer(400, UNREADABLE),  # ninja's own: a body that is not JSON
    RequestDataTooBig: lambda request, error: answer(413, TOO_LARGE),
    Exception: _broken,
}


def operation(code: str, label: str | Promise, *shapes: tuple[int, type[BaseModel]], **more: Any) -> dict[str, Any]:
    """What the document says of an operation: its name, its label, and what it may answer."""
    return {"operation_id": code, "summary": label, "response": {**dict(shapes), FAULTY: Fault}, **more}
