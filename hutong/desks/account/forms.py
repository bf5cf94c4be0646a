"""The forms of signing in and of what one signs in with. Two-step: name and password, then a code; or a passkey alone."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.desks import proving, standing
from hutong.hotline.network import factors, rules, signing_in
from hutong.hotline.network.models import Staff
from hutong.hotline.network.passwords import LONGEST
from hutong.hotline.notices import alarms

NEW_PASSWORD = {"autocomplete": "new-password"}


class Guarded(forms.Form):
    """A form that somebody might guess at: who failed too often waits, and nothing is compared meanwhile."""

    failure = "sign_in_failed"
    wrong: Any

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def check(self, username: str, given: dict[str, Any]) -> None:
        """Raises ValidationError."""
        place, at = standing.place(self.request), timezone.now()
        if wait := signing_in.must_wait(username, place, at=at):
            signing_in.held_off(username, place, at=at)
            raise forms.ValidationError(proving.waits(wait.total_seconds()), code="wait")
        if not self.fits(given):
            alarms.sign_in_failed(username, place, at=at, verb=self.failure)
            raise forms.ValidationError(self.wrong, code="wrong")

    def fits(self, given: dict[str, Any]) -> bool:
        """Whether what was typed is right."""
        raise NotImplementedError


class SignIn(Guarded):
    """Checks name and password; `staff` is who that is."""

    username = forms.CharField(
        label=_("登录名"), max_length=40, widget=forms.TextInput({"autocomplete": "username", "autofocus": True, "autocapitalize": "none"})
    )
    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    wrong = _("登录名或密码不对。请检查大小写后再试。")
    staff: Staff

    def clean(self) -> dict[str, Any]:
        """Wrong twice is wrong in the same words."""
        given = self.cleaned_data
        if not self.errors:
            given["username"] = rules.sign_in_name(given["username"])
            self.check(given["username"], given)
        return given

    def fits(self, given: dict[str, Any]) -> bool:
        """One that an administrator told opens for three days."""
        staff = authenticate(self.request, **given)
        if not isinstance(staff, Staff) or (staff.password_until and staff.password_until < timezone.now()):
            return False
        self.staff = staff
        return True


class SecondStep(Guarded):
    """A code by time, or a recovery code."""

    code = forms.CharField(label=_("动态验证码"), max_length=20, widget=forms.TextInput({**proving.CODE_INPUT, "autofocus": True}))
    failure = "factor_failed"
    wrong = _("验证码不对。每个验证码只在 30 秒内有效，只能用一次，请输入最新的。")

    def __init__(self, request: HttpRequest, staff: Staff, data: Any = None) -> None:
        super().__init__(request, data)
        self.staff = staff
        self.used = ""

    def clean(self) -> dict[str, Any]:
        """Of the person whose password fitted."""
        if not self.errors:
            self.check(self.staff.username, self.cleaned_data)
        return self.cleaned_data

    def fits(self, given: dict[str, Any]) -> bool:
        """`used` says by which kind."""
        self.used = factors.code_fits(self.staff, given["code"], at=timezone.now())
        return bool(self.used)


class NewPassword(forms.Form):
    """A password of one's own, typed or pasted twice."""

    password = forms.CharField(
        label=_("新密码"), max_length=LONGEST, strip=False, widget=forms.PasswordInput(NEW_PASSWORD),
        help_text=_("至少 12 个字符，任何字符都可以；几个不相干的词连成一句最好记。"),
    )  # fmt: skip
    again = forms.CharField(label=_("再输入一次"), max_length=LONGEST, strip=False, widget=forms.PasswordInput(NEW_PASSWORD))

    def clean(self) -> dict[str, Any]:
        """Both alike."""
        given = self.cleaned_data
        if not self.errors and given["password"] != given["again"]:
            self.add_error("again", _("两次输入的不一样。"))
        return given


class NewCode(forms.Form):
    """The secret that the page showed, sealed, and the code that the app makes of it."""

    code = forms.CharField(label=_("手机上显示的 6 位验证码"), max_length=20, widget=forms.TextInput(proving.CODE_INPUT))
    sealed = forms.CharField(widget=forms.HiddenInput)


class NewPasskey(forms.Form):
    """What the device made, and what its owner calls it."""

    name = forms.CharField(label=_("给它起个名字"), max_length=40, help_text=_("例如：值班室 2 号机、我的手机"))
    passkey = forms.CharField(widget=forms.HiddenInput)
