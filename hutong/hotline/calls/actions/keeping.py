"""What a centre's people set: ways in, what callers hear, who can do what, which neighbour helps out."""

import io
import wave
from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls import rules, wording
from hutong.hotline.calls.actions.story import EXCHANGE
from hutong.hotline.calls.models import Agreement, Line, Mode, Skill, Sound, SoundName
from hutong.hotline.kernel.faults import Faults, choice
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, OfficeKind, Post, Role

KEEPERS = (Role.SHIFT_LEAD, Role.ADMINISTRATOR)
MOST_AUDIO = 4 * 1024 * 1024  # bytes
LONGEST = 60  # seconds of any sound but the greeting

NOT_A_KEEPER = Reason("not_phone_keeper", _("热线的号码和提示音由本中心的值班长或上级管理员设置。"), _("请联系值班长。"))
NO_NAME = Reason("line_name", _("请填写名称。"))
NO_NUMBER = Reason("line_number", _("号码应为 3 到 19 位数字。"))
NO_OLDER_NUMBER = Reason("line_older_number", _("由原号码转来的线路，请填写原号码。"))
KEY_WITHOUT_MEANING = Reason("line_key", _("按键和含义要一起填，或都不填；按键为一位数字。"))
ANOTHER_KEY = Reason("line_another_key", _("本中心的另一条线路已有别的按键，一个中心最多一个按键。"))
LINE_EXISTS = Reason("line_exists", _("已有同样号码的线路。"))
NO_TEXT = Reason("sound_text", _("请写明要说的话。"))
NOT_A_WAVE = Reason("sound_wave", _("录音应为单声道 16 位 PCM 的 WAV 文件，8000 或 16000 赫兹，不超过 4 MB。"))
TOO_LONG = Reason("sound_long", _("录音太长：欢迎语最长 5 秒，其他最长 60 秒。"))
NOT_A_SKILL = Reason("skill_unknown", _("没有这种技能。"))
NOT_A_NEIGHBOUR = Reason("agreement_neighbour", _("请选择另一个热线中心。"))


def _must_keep(by: Post | None, centre: Office) -> None:
    own = by is None or (by.role == Role.SHIFT_LEAD and by.office_id == centre.pk)
    if not own and not (by and by.role == Role.ADMINISTRATOR and network.answers_to(centre, by.office)):
        raise Refusal(NOT_A_KEEPER)


@transaction.atomic
def open_line(
    *, centre: Office, by: Post | None, at: datetime, name: str, number: str, mode: str, older_number: str = "", key: str = "",
    key_means: str = "", keeps_hours: bool = False, valid_from: date | None = None,
) -> Line:  # fmt: skip
    """A new way in. A changed one is ended and opened anew, so that what is counted by line stays true. Raises Refusal."""
    _must_keep(by, centre)
    faults = Faults()
    line = Line(
        centre=centre, name=faults.of("name", lambda: clean(name, limit=60).text, ""), number=rules.dialled(number),
        mode=faults.of("mode", lambda: choice(Mode, mode), Mode.OWN), older_number=rules.dialled(older_number), key=key,
        key_means=key_means, keeps_hours=keeps_hours, valid_from=valid_from or timezone.localdate(at),
    )  # fmt: skip
    _check_line(line, faults)
    faults.refuse()
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError:
        raise Refusal.at("number", LINE_EXISTS) from None
    audit.record("open_line", by=by, at=at, subject="line", subject_id=line.pk)
    return line


def _check_line(line: Line, faults: Faults) -> None:
    has_key = bool(line.key) or bool(line.key_means)
    others = Line.objects.filter(centre=line.centre, valid_to=None).exclude(key="").exclude(key=line.key, key_means=line.key_means)
    for field, reason, is_wrong in (
        ("name", NO_NAME, not line.name),
        ("number", NO_NUMBER, not line.number),
        ("older_number", NO_OLDER_NUMBER, line.mode == Mode.FORWARDED and not line.older_number),
        ("key", KEY_WITHOUT_MEANING, has_key and not (len(line.key) == 1 and line.key.isdigit() and line.key_means)),
        ("key", ANOTHER_KEY, has_key and others.exists()),
    ):
        if is_wrong:
            faults.setdefault(field, str(reason.sentence))


@transaction.atomic
def end_line(line: Line, *, by: Post, at: datetime) -> None:
    """A way in is closed from today on; its calls keep its name."""
    _must_keep(by, line.centre)
    today = timezone.localdate(at)
    if Line.objects.filter(pk=line.pk, valid_to=None).update(valid_to=max(today, line.valid_from)):
        audit.record("end_line", by=by, at=at, subject="line", subject_id=line.pk)


@transaction.atomic
def save_sound(
    *, centre: Office, by: Post | None, at: datetime, name: str, text: str, language: str = "zh", audio: bytes | None = None
) -> Sound:
    """What callers hear: the text, and a recording of it, which without `audio` is spoken by the engine. Raises Refusal."""
    _must_keep(by, centre)
    wanted = choice(SoundName, name, field="name")
    if not (said := clean(text, field="text", limit=200).text):
        raise Refusal.at("text", NO_TEXT)
    if language not in wording.TEXTS:
        raise Refusal.at("language", NOT_A_SKILL)
    if audio:
        check_audio(audio, is_greeting=wanted == SoundName.GREETING)
    kept = {"text": said, "audio": audio or None, "edited_by": by, "edited_at": at}
    sound, _new = Sound.objects.update_or_create(centre=centre, name=wanted, language=language, defaults=kept)
    audit.record("save_sound", by=by, at=at, subject="sound", subject_id=sound.pk)
    tell(EXCHANGE)
    return sound


def check_audio(audio: bytes, *, is_greeting: bool) -> None:
    """A recording that the exchange can play, and no longer than people wait for. Raises Refusal, naming `audio`."""
    try:
        with wave.open(io.BytesIO(audio)) as heard:
            shape = (heard.getnchannels(), heard.getsampwidth(), heard.getframerate())
            seconds = heard.getnframes() / heard.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        raise Refusal.at("audio", NOT_A_WAVE) from None
    if shape not in {(1, 2, 8000), (1, 2, 16000)} or len(audio) > MOST_AUDIO:
        raise Refusal.at("audio", NOT_A_WAVE)
    if seconds > (rules.GREETING_AT_MOST.total_seconds() if is_greeting else LONGEST):
        raise Refusal.at("audio", TOO_LONG)


@transaction.atomic
def set_skills(post: Post, skills: Collection[str], *, by: Post | None, at: datetime) -> None:
    """What a person of the centre can do, all of it. Raises Refusal."""
    _must_keep(by, post.office)
    if not all(rules.SKILL.fullmatch(skill) for skill in skills):
        raise Refusal.at("skills", NOT_A_SKILL)
    Skill.objects.filter(post=post).exclude(skill__in=skills).delete()
    Skill.objects.bulk_create((Skill(post=post, skill=skill) for skill in skills), ignore_conflicts=True)
    audit.record("set_skills", by=by, at=at, subject="post", subject_id=post.pk, skills=sorted(skills))


@transaction.atomic
def agree(*, centre: Office, neighbour: Office, by: Post | None, at: datetime) -> Agreement:
    """A neighbour takes what the centre cannot take in time, from today on. Raises Refusal."""
    _must_keep(by, centre)
    if neighbour.pk == centre.pk or neighbour.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal.at("neighbour", NOT_A_NEIGHBOUR)
    kept = {"valid_from": timezone.localdate(at)}
    agreement, is_new = Agreement.objects.get_or_create(centre=centre, neighbour=neighbour, valid_to=None, defaults=kept)
    if is_new:
        audit.record("agree", by=by, at=at, subject="office", subject_id=centre.pk, neighbour=str(neighbour.pk))
    return agreement


@transaction.atomic
def end_agreement(agreement: Agreement, *, by: Post, at: datetime) -> None:
    """The neighbour takes no more calls of the centre from today on."""
    _must_keep(by, agreement.centre)
    today = timezone.localdate(at)
    if Agreement.objects.filter(pk=agreement.pk, valid_to=None).update(valid_to=max(today, agreement.valid_from)):
        audit.record("end_agreement", by=by, at=at, subject="office", subject_id=agreement.centre_id)
