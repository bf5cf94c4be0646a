"""The skills that people at the telephone may have, and what the one key of a line may mean. Tables."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SKILLS: Mapping[str, str | Promise] = {
    "psychologist": _("心理咨询"),
    "minors": _("与未成年人交谈"),
    "language:ug": _("维吾尔语"),
    "language:bo": _("藏语"),
    "language:mn": _("蒙古语"),
    "language:en": _("英语"),
}
LANGUAGES = {code.removeprefix("language:"): name for code, name in SKILLS.items() if code.startswith("language:")}
KEYS: Mapping[str, str | Promise] = {"danger": _("现在有危险"), **LANGUAGES}
