"""What an administrator sets up for a centre's telephone: ways in, sounds, skills, and who answers when the centre cannot."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.calls import sounds
from hutong.hotline.calls.models import Agreement, Line, Mode, Skill, Sound, SoundName
from hutong.hotline.kernel.faults import Faults, choice
from hutong.hotline.kernel.live import tell
from hutong.hotline.kernel.numbers import half_width
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.texts import clean
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Office, OfficeKind, Post, Role

DIALLED = re.compile(r"\+?\d{3,19}", re.ASCII)
SKILLS: Mapping[str, str | Promise] = {
    "psychologist": _("心理咨询"),
    "minors": _("与未成年人交谈"),
    "language:ug": _("维吾尔语"),
    "language:bo": _("藏语"),
    "language:mn": _("蒙古语"),
    "language:en": _("英语"),
}
LANGUAGES = {code.removeprefix("language:"): name for code, name in SKILLS.items() if code.startswith("language:")}
KEYS: Mapping[str, str | Promise] = {"danger": _("现在有危险"), **LANGUAGES}  # what a line's one key may mean

OUT_OF_REACH = Reason("out_of_reach", _("这个中心的电话不由您设置。"), _("由本中心或上级机构的管理员设置。"))
NO_CENTRE = Reason("not_a_centre", _("只有热线中心接听电话。"))
BAD_NUMBER = Reason("dialled", _("应为 3 至 19 位数字，可以 + 开头。"))
NEEDS_OLDER = Reason("needs_older_number", _("由原号码转来的线路要写明原号码，来电才认得出。"))
NEEDS_MEANING = Reason("needs_meaning", _("请选择按键的含义；不用按键时两栏都留空。"))
BAD_KEY = Reason("bad_key", _("按键是 0 至 9 中的一个。"))
ENDS_BEFORE = Reason("bad_day", _("不能早于启用日期。"))
ENDED = Reason("ended", _("这一条已经停用。"))
ITSELF = Reason("agreement_of_two", _("不能由本中心代接本中心。"))
NOT_WITH_CENTRE = Reason("agreement_with_centre", _("代接的一方应是热线中心。"))
NEEDS_TEXT = Reason("needs_text", _("请写下要说的话：没有录音时按它朗读，有录音时供人查看。"))
NEEDS_NAME = Reason("needs_name", _("请填写名称。"))
# What the database would not take: the field, and what is said there.
TAKEN: Mapping[str, tuple[str, str | Promise]] = {
    "line_once": ("number", _("已有被叫号码和原号码都相同的线路。")),
    "agreement_once": ("neighbour", _("已有与这个中心的代接约定。")),
}


@transaction.atomic
def add_line(*, centre: Office, by: Post, at: datetime, valid_from: date, **said: Any) -> Line:
    """Open a way in. `said` is as for `change_line`. Raises Refusal, naming the fields at fault."""
    _must_reach(centre, by)
    line = Line(centre=centre, valid_from=valid_from)
    _take(line, **said)
    with _taken():
        line.save(force_insert=True)
    _note("line_added", line, by, at)
    return line


@transaction.atomic
def change_line(*, line: Line, by: Post, at: datetime, **said: Any) -> Line:
    """Change what is said of a way in; calls that are under way go on as they came."""
    line = _standing(line, by)
    _take(line, **said)
    with _taken():
        line.save()
    _note("line_changed", line, by, at)
    return line


@transaction.atomic
def end_line(*, line: Line, on: date, by: Post, at: datetime) -> None:
    """Close a way in from a day on; its calls stay."""
    line = _standing(line, by)
    _end(line, on)
    _note("line_ended", line, by, at)


@transaction.atomic
def say(
    *, centre: Office, name: str, language: str, text: str, recording: bytes = b"", is_spoken: bool = False, by: Post, at: datetime
) -> Sound:
    """What callers of a centre hear for a purpose, in a language. `recording` replaces the one there is; `is_spoken` drops it."""
    _must_reach(centre, by)
    purpose = choice(SoundName, name, field="name")
    words = clean(text, field="text", limit=200).text
    if not words:
        raise Refusal.at("text", NEEDS_TEXT)
    audio = sounds.recording(recording, most=sounds.LONGEST[purpose]) if recording else None
    kept = Sound.objects.select_for_update().filter(centre=centre, name=purpose, language=language).first()
    said = kept or Sound(centre=centre, name=purpose, language=language)
    said.text, said.edited_by, said.edited_at = words, by, at
    if audio or is_spoken:
        said.audio = audio
    said.save()
    _note("sound_changed", said, by, at)
    return said


@transaction.atomic
def give_skills(*, post: Post, skills: Collection[str], by: Post, at: datetime) -> None:
    """What a person can do that a caller may need: just these."""
    _must_reach(post.office, by)
    if unknown := set(skills) - set(SKILLS):
        raise Refusal(Reason("unknown_skill", format_lazy(_("没有“{name}”这项技能。"), name=min(unknown)[:20])), fields={"skills": ""})
    Skill.objects.filter(post=post).exclude(skill__in=skills).delete()
    Skill.objects.bulk_create([Skill(post=post, skill=skill) for skill in skills], ignore_conflicts=True)
    audit.record("skills_given", by=by, at=at, subject="post", subject_id=post.pk, skills=sorted(skills))
    tell(f"calls:{post.office_id}")


@transaction.atomic
def agree(*, centre: Office, neighbour: Office | None, valid_from: date, by: Post, at: datetime) -> Agreement:
    """A neighbouring centre takes this centre's calls when nobody here can."""
    _must_reach(centre, by)
    if neighbour is None or neighbour.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal.at("neighbour", NOT_WITH_CENTRE)
    if neighbour == centre:
        raise Refusal.at("neighbour", ITSELF)
    agreement = Agreement(centre=centre, neighbour=neighbour, valid_from=valid_from)
    with _taken():
        agreement.save(force_insert=True)
    _note("agreement_made", agreement, by, at)
    return agreement


@transaction.atomic
def end_agreement(*, agreement: Agreement, on: date, by: Post, at: datetime) -> None:
    """The neighbour takes no more calls from a day on."""
    agreement = _standing(agreement, by)
    _end(agreement, on)
    _note("agreement_ended", agreement, by, at)


def _must_reach(centre: Office, by: Post) -> None:
    if centre.kind != OfficeKind.HOTLINE_CENTRE:
        raise Refusal(NO_CENTRE)
    if by.role != Role.ADMINISTRATOR or not network.answers_to(centre, by.office):
        raise Refusal(OUT_OF_REACH)


def _standing(row: Any, by: Post) -> Any:
    """The row as it is now, locked."""
    _must_reach(row.centre, by)
    row = type(row).objects.select_for_update(of=("self",)).select_related("centre").get(pk=row.pk)
    if row.valid_to:
        raise Refusal(ENDED)
    return row


def _end(row: Line | Agreement, on: date) -> None:
    if on < row.valid_from:
        raise Refusal.at("on", ENDS_BEFORE)
    row.valid_to = on
    row.save(update_fields=["valid_to"])


def _take(
    line: Line, *, name: str, number: str, mode: str, older_number: str = "", key: str = "", key_means: str = "", keeps_hours: bool = False
) -> None:
    faults = Faults()
    line.name = faults.of("name", lambda: clean(name, limit=60).text, "")
    line.number = faults.of("number", lambda: _dialled(number), "")
    line.mode = faults.of("mode", lambda: choice(Mode, mode), Mode.OWN)
    line.older_number = faults.of("older_number", lambda: _dialled(older_number) if older_number.strip() else "", "")
    line.key, line.key_means, line.keeps_hours = half_width(key).strip(), key_means, keeps_hours
    for field, is_wrong, reason in (
        ("name", not line.name, NEEDS_NAME),
        ("older_number", line.mode == Mode.FORWARDED and not line.older_number, NEEDS_OLDER),
        ("key", bool(line.key) and not re.fullmatch("[0-9]", line.key), BAD_KEY),
        ("key_means", bool(line.key) != bool(key_means) or (bool(key_means) and key_means not in KEYS), NEEDS_MEANING),
    ):
        if is_wrong:
            faults.setdefault(field, str(reason.sentence))
    faults.refuse()


def _dialled(text: str) -> str:
    """A number as the carrier sends it: digits and nothing else."""
    digits = re.sub(r"[\s().-]", "", half_width(text))
    if not DIALLED.fullmatch(digits):
        raise Refusal(BAD_NUMBER)
    return digits


@contextmanager
def _taken() -> Iterator[None]:
    """What the database would not take is refused in words; the verb's transaction is over."""
    try:
        yield
    except IntegrityError as error:
        constraint = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
        if constraint not in TAKEN:
            raise
        field, sentence = TAKEN[constraint]
        raise Refusal.at(field, Reason("taken", sentence)) from error


def _note(verb: str, row: Line | Sound | Agreement, by: Post, at: datetime) -> None:
    audit.record(verb, by=by, at=at, subject=row._meta.model_name or "", subject_id=row.pk, centre=str(row.centre_id))
    tell(f"calls:{row.centre_id}")
