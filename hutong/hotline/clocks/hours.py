"""An office's working hours as people type them, a comma between two windows. Pure.

09:00-12:00，13:30-17:30            9点至12点；13点30分到24:00
"""

import re
from unicodedata import normalize

from django.utils.translation import gettext as _

from hutong.hotline.clocks.rules import Windows, windows_faults
from hutong.hotline.kernel.refusals import Reason, Refusal

TIME = r"(\d{1,2})\s*[:.点时]\s*(\d{2})?\s*分?"
WINDOW = re.compile(rf"{TIME}\s*(?:至|到|~|〜|-+|–|—+|─+)\s*{TIME}")
BETWEEN = re.compile(r"[\n,、;，；]+")


def read(text: str) -> Windows:
    """The windows, none for an empty text. Raises Refusal, naming `windows` and what cannot be read."""
    windows = [_window(piece) for piece in BETWEEN.split(normalize("NFKC", text)) if piece.strip()]
    if fault := windows_faults(windows):
        raise Refusal.at("windows", Reason("bad_windows", fault))
    return windows


def written(windows: Windows) -> str:
    """The windows as one types them."""
    return "，".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in windows)


def clock(minutes: int) -> str:
    """Minutes since midnight as on a clock: 09:00, 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _window(piece: str) -> tuple[int, int]:
    found = WINDOW.fullmatch(piece.strip())
    minutes = [int(each or 0) for each in found.groups()] if found else []
    if not found or max(minutes[1::2]) > 59:
        sentence = _("看不懂“{text}”。请写“开始-结束”，如 09:00-12:00；午夜写 24:00。").format(text=piece.strip()[:20])
        raise Refusal.at("windows", Reason("bad_windows", sentence))
    return minutes[0] * 60 + minutes[1], minutes[2] * 60 + minutes[3]
