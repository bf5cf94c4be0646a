"""What a recorded sound must be so that the exchange can play it, and how long callers bear it. Pure."""

import io
import wave
from collections.abc import Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason, Refusal

MOST_BYTES = 2 * 1024 * 1024
RATES = (8000, 16000)
# Seconds. GB/T 33358 advises against menus, and long recordings lose callers: the greeting with its notice takes five at most.
LONGEST: Mapping[str, int] = {
    "greeting": 5, "place": 5, "waiting": 15, "apology": 10, "after_hours": 20, "offer_call_back": 15, "call_back_promised": 10,
}  # fmt: skip

NOT_A_WAV = Reason("not_a_wav", _("这不是可以播放的录音。"), _("请存为 WAV：16 位、单声道、8000 或 16000 赫兹。"))
TOO_LONG = _("录音长 {seconds} 秒，这一项最多 {most} 秒。")


def recording(data: bytes, *, most: int) -> bytes:
    """The recording, if the exchange can play it and it is no longer than `most` seconds. Raises Refusal."""
    if len(data) > MOST_BYTES:
        raise Refusal.at("recording", NOT_A_WAV)
    try:
        with wave.open(io.BytesIO(data)) as file:
            shape = (file.getsampwidth(), file.getnchannels())
            rate, frames = file.getframerate(), file.getnframes()
    except (wave.Error, EOFError):
        raise Refusal.at("recording", NOT_A_WAV) from None
    if shape != (2, 1) or rate not in RATES or not frames:
        raise Refusal.at("recording", NOT_A_WAV)
    if frames > most * rate:
        seconds = f"{frames / rate:.1f}"
        raise Refusal.at("recording", Reason("recording_too_long", format_lazy(TOO_LONG, seconds=seconds, most=most)))
    return data
