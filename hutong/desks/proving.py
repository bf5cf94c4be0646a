"""Asking a signed-in person once more who they are, in place: what they had entered comes along, and nothing is kept meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.desks import passkeys, standing
from hutong.hotline.network import factors, rules, sessions, signing_in
from hutong.hotline.network.models import Staff
from hutong.hotline.notices import alarms

PREFIX = "proof"
LOCKED = (_("已锁定"), _("您离开了一会儿，本页已锁定。请证明是您本人，回到原处接着办。"))
ASKED = (_("请再证明一次是您本人"), _("这一步要求五分钟内证明过身份。证明后即办理，您填写的内容会带上。"))
WRONG = _("没有通过。密码和验证码要同时对；每个验证码只在 30 秒内有效，只能用一次。")
CODE_INPUT = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 20}


def waits(seconds: float) -> str:
    """That one must wait, and how long."""
    return str(_("尝试次数过多。请等 %(minutes)d 分钟再试；用通行密钥登录不受影响。")) % {"minutes": -(-int(seconds) // 60) or 1}


class Proof(forms.Form):
    """Password and code, or a passkey: whatever the person has. Wrong is wrong in the same words, whatever was wrong."""

    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, required=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    code = forms.CharField(label=_("动态验证码"), required=False, max_length=20, widget=forms.TextInput(CODE_INPUT))
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: Any, data: Any = None) -> None:
        super().__init__(data, prefix=PREFIX)
        self.request: Any = request
        self.staff: Staff = request.user
        self.kinds = factors.kinds(self.staff)
        if not self.staff.has_usable_password():
            del self.fields["password"]
        if not self.kinds:  # a recovery code stands in for a passkey that is not at hand
            del self.fields["code"]
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True  # nobody reaches for a mouse to prove who they are

    def clean(self) -> dict[str, Any]:
        """Whether it is this person, and nobody guesses."""
        given, at, place = self.cleaned_data, timezone.now(), standing.place(self.request)
        if given.get("passkey"):
            if not self._passkey(given["passkey"]):
                raise forms.ValidationError(WRONG)
            return given
        if wait := signing_in.must_wait(self.staff.username, place, at=at):
            signing_in.held_off(self.staff.username, place, at=at)
            raise forms.ValidationError(waits(wait.total_seconds()))
        if not self._typed(given):
            alarms.sign_in_failed(self.staff.username, place, at=at, verb="factor_failed")
            raise forms.ValidationError(WRONG)
        return given

    def _typed(self, given: dict[str, Any]) -> bool:
        has_password: bool = "password" in self.fields
        if has_password and not self.staff.check_password(given.get("password") or ""):
            return False
        if "code" in self.fields:
            return factors.code_fits(self.staff, given.get("code") or "", at=timezone.now()) != ""
        return has_password

    def _passkey(self, answer: str) -> bool:
        passkey = passkeys.used(answer, self.staff)
        if passkey is None:
            return False
        factors.used(passkey, at=timezone.now())
        return True


def is_fresh(request: Any) -> bool:
    """Whether the person proved lately enough who they are."""
    age: timedelta = timezone.now() - request.sign_in.proved_at
    return timedelta() <= age < rules.FRESH  # a proof of a moment that has not come, by a clock that was ahead, is none


def demand(request: Any, words: tuple[Any, Any]) -> HttpResponse | None:
    """The page that asks for a proof; nothing once it was given just now: the deed goes on with what was entered."""
    if request.htmx:
        return HttpResponse(status=401)
    brought = request.method == "POST" and PREFIX in request.POST
    form = Proof(request, request.POST if brought else None)
    if not brought or not form.is_valid():
        context = {"form": form, "words": words, "kept": list(_kept(request.POST)), "has_files": bool(request.FILES)}
        context |= {"method": request.POST.get(PREFIX, request.method), "has_passkey": factors.PASSKEY in form.kinds}
        return render(request, "account/prove.html", context, status=401)
    sessions.proved(request.sign_in, by=request.post, at=timezone.now())
    request.session.cycle_key()
    request.is_locked = False
    if request.POST[PREFIX] == "GET":
        return HttpResponseRedirect(request.get_full_path())
    request.POST = _without(request.POST)
    return None


def _kept(posted: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in posted.lists():
        if name != "csrfmiddlewaretoken" and not _is_ours(name):
            yield from ((name, str(value)) for value in values)


def _without(posted: QueryDict) -> QueryDict:
    rest = posted.copy()
    for name in filter(_is_ours, posted):
        del rest[name]
    return rest


def _is_ours(name: str) -> bool:
    return name == PREFIX or name.startswith(f"{PREFIX}-")
