"""Free text as it is kept: whole characters, one kind of line end, no longer than 20,000; and what is said everywhere. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

LIMIT = 20_000
REMOVED = _("有 {count} 处无法识别的字符（多为半个表情或生僻字）没有保存，其余文字都在，请看一眼。")
TOO_LONG = _("文字有 {count} 字，超过 {limit} 字，没有保存。")
SHORTEN = _("请删减，或把其余部分另记一条。")

UNREADABLE = "\ufffd"  # what a browser, or decoding, makes of half a surrogate
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Text:
    """A text that can be stored, and how many places of it could not be read and are gone."""

    text: str
    removed: int = 0

    @property
    def remark(self) -> str:
        """What the writer is told; empty when nothing was removed."""
        return str(format_lazy(REMOVED, count=self.removed)) if self.removed else ""


def storable(text: str) -> Text:
    """Without half surrogates and control characters, with `\\n` as the only line end; of any length."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    pieces = re.split(f"{UNREADABLE}+", whole)
    kept = CONTROLS.sub("", "".join(pieces).replace("\r\n", "\n").replace("\r", "\n"))
    return Text(kept, len(pieces) - 1)


def clean(text: str, *, field: str = "", limit: int = LIMIT) -> Text:
    """A storable text without blank ends. Raises Refusal, naming `field`, where it has more than `limit` characters."""
    found = storable(text)
    kept = found.text.strip()
    if len(kept) > limit:
        sentence = format_lazy(TOO_LONG, count=f"{len(kept):,}", limit=f"{limit:,}")
        raise Refusal(Reason("too_long", sentence, SHORTEN), fields={field: str(sentence)} if field else {})
    return Text(kept, found.removed)


def needed(text: str, reason: Reason, *, field: str, limit: int = LIMIT) -> str:
    """A storable text that must say something. Raises Refusal, naming `field`: for `reason` where it says nothing."""
    kept = clean(text, field=field, limit=limit).text
    if not kept:
        raise Refusal.at(field, reason)
    return kept


def listed(names: Iterable[object]) -> str:
    """甲、乙、丙, in the reader's language."""
    return gettext("、").join(str(name) for name in names)


def recorded(text: str | Promise) -> str:
    """The text in the language of the record, whatever language the person who writes it reads."""
    with override(settings.LANGUAGE_CODE):
        return str(text)


def spoken(names: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    """Whatever people may write for each of these codes: the code, or its name in any language of the product."""
    codes = dict(names)
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(label): code for code, label in codes.items()}
    return found | {code: code for code in codes}


def span(time: timedelta) -> str:
    """The two largest units: 2 天 3 小时, 1 小时 20 分, 7 分. static/js/case-clock.js says the same."""
    minutes = int(time.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return gettext("{days} 天 {hours} 小时").format(days=days, hours=hours)
    if hours:
        return gettext("{hours} 小时 {minutes} 分").format(hours=hours, minutes=rest)
    return gettext("{minutes} 分").format(minutes=rest) if rest else gettext("不到 1 分")
