"""Passwords that people choose: long, not common, not leaked, not made of the place. No rule says which letters they must hold.

What is common is known without asking anybody: Django's list of 20,000, and zxcvbn, which has 30,000 leaked ones, names and words, and
sees through the usual ways of making one longer: dates, rows of keys, repeats, letters written as figures.
"""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network import factors, queries, sessions
from hutong.hotline.network.models import Session, Staff

LONGEST = 128  # zxcvbn reads 72 of them
# What an attacker of this place tries first. docs/sign-in.md shows the list.
WORDS = (
    "hutong", "12349", "hotline", "rexian", "minzheng", "ertong", "jiuzhu", "baohu", "weichengnian", "shaonian", "jiexian", "zhiban",
    "xietiao", "password", "mima", "admin", "guanli", "anquan", "shenji", "woaini", "zhongguo", "china",
    "护童", "热线", "民政", "儿童", "救助", "保护", "未成年", "密码", "管理", "中国",
)  # fmt: skip
ENOUGH = 10.0  # powers of ten that somebody must guess, with the words of the place known


class OfThePlace:
    """Refuses what is guessed soon by somebody who knows this place and this person."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        """Raises ValidationError."""
        left = password.casefold()
        for word in sorted({*WORDS, *_words_of(user)}, key=len, reverse=True):
            left = left.replace(word.casefold(), "")
        if len(left) < 8:
            raise ValidationError(_("密码主要由单位、热线、姓名或登录名组成，容易被猜到。"), code="of_the_place")
        if zxcvbn(password[:72], user_inputs=[*WORDS, *_words_of(user)])["guesses_log10"] < ENOUGH:
            raise ValidationError(_("这个密码容易被猜到：可以用几个不相干的词连成一句。"), code="guessed_soon")

    def get_help_text(self) -> str:
        """What to heed."""
        return _("至少 12 个字符，任何字符都可以；几个不相干的词连成一句最好记。")


def _words_of(user: Staff | None) -> set[str]:
    """A person's name, sign-in, telephone, and the names of their offices."""
    if user is None or user.pk is None:
        return set()
    offices = queries.posts_of_staff(user).values_list("office__name", flat=True)
    words = {user.name, user.username, user.phone, *user.username.replace("_", "-").replace(".", "-").split("-"), *offices}
    return {word for word in words if len(word) > 1}


@transaction.atomic
def choose(*, staff: Staff, password: str, session: Session, at: datetime) -> None:
    """A password of one's own. Every other session of the person ends. Raises Refusal."""
    try:
        validate_password(password, staff)
    except ValidationError as weak:
        raise Refusal.at("password", Reason("weak", " ".join(weak.messages))) from None
    staff.set_password(password)
    staff.password_until = None
    staff.save(update_fields=["password", "password_until"])
    audit.record("password_chosen", by=session.post, at=at, subject="staff", subject_id=staff.pk)
    sessions.end_all(staff, by=session.post, at=at, why="password", but=session)
    factors.settle(staff, session=session, at=at)
