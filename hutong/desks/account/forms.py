"""The sign-in form."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.network import rules, signing_in
from hutong.hotline.network.models import Staff


class SignIn(forms.Form):
    """Checks name and password; `staff` is who signed in."""

    username = forms.CharField(
        label=_("登录名"), max_length=40, widget=forms.TextInput({"autocomplete": "username", "autofocus": True, "autocapitalize": "none"})
    )
    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )

    staff: Staff

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean(self) -> dict[str, Any]:
        """Wrong twice is wrong in the same words; too often is asked to wait before anything is compared."""
        given = self.cleaned_data
        if self.errors:
            return given
        given["username"] = rules.sign_in_name(given["username"])
        address, at = self.request.META.get("REMOTE_ADDR", ""), timezone.now()
        if signing_in.must_wait(given["username"], address, at=at):
            signing_in.held_off(given["username"], address, at=at)
            raise forms.ValidationError(_("尝试次数过多。请等五分钟再试，或请管理员重设密码。"), code="wait")
        staff = authenticate(self.request, **given)
        if staff is None:
            signing_in.failed(given["username"], address, at=at)
            raise forms.ValidationError(_("登录名或密码不对。请检查大小写后再试。"), code="wrong")
        self.staff = staff
        return given
