"""By what people prove who they are besides a password: passkeys, codes by time, recovery codes.

allauth keeps the rows and knows the ceremonies. Four things it leaves open are closed here: a secret stands sealed for its person
(allauth stores it in clear); a code is used once, whichever process hears it (allauth notes used codes in the process's memory); of
recovery codes only the hashes are kept (allauth keeps what they are made from; ASVS 6.5.2); and nobody can take away the last factor
that their post demands.
"""

import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.secrets.sealing import Key, Place, key_name, seal, unseal
from hutong.hotline.keys import actions as keys
from hutong.hotline.keys import queries as opening
from hutong.hotline.keys.models import DataKey
from hutong.hotline.network import queries, rules, sessions
from hutong.hotline.network.models import Session, Staff

PURPOSE = "sign_in"
PERIOD = 30  # seconds that a code holds
SPARE = 10  # recovery codes; the first digit of one says which it is, so that one hash is computed for what is typed, and not ten
SPARE_DIGITS = 11  # that follow it
CODE, PASSKEY, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
LAST_FACTOR = Reason("last_factor", _("这是您最后一个验证方式，不能删除。"), _("请先添加另一个通行密钥或动态验证码。"))
TAKEN = Reason("taken", _("已有动态验证码。"), _("换新手机时，请先删除原有的，再添加。"))

_person: ContextVar[UUID] = ContextVar("whose secret it is")


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's door to secrets: each is sealed for its person. Outside `secrets_of`, nothing is sealed or opened."""

    def encrypt(self, text: str) -> str:
        """The text, sealed."""
        return _sealed(text, _person.get(), sealing_key())

    def decrypt(self, encrypted_text: str) -> str:
        """The text. Raises NotOpened for one that was sealed for another person."""
        sealed = b64decode(encrypted_text)
        key = opening.opened(DataKey.objects.get(pk=key_name(sealed)))
        return unseal(sealed, key=key, place=_place(_person.get())).decode()

    def get_totp_issuer(self) -> str:
        """What an authenticator app shows above the code."""
        return "护童 12349"

    def get_totp_label(self, user: Staff) -> str:
        """Whose code it is."""
        return user.username


def _place(person: UUID) -> Place:
    return Place("mfa_authenticator", "data", person)


def _sealed(text: str, person: UUID, key: Key) -> str:
    return b64encode(seal(text.encode(), key=key, place=_place(person))).decode()


def sealing_key() -> Key:
    """The data key of all that is sealed here; made at the first use."""
    row = DataKey.objects.filter(purpose=PURPOSE, destroyed_at=None).order_by("pk").first()
    return opening.opened(row) if row else keys.make(PURPOSE, at=timezone.now())[1]


@contextmanager
def secrets_of(staff: Staff) -> Iterator[None]:
    """Within it, secrets are sealed for this person, and only theirs open."""
    token = _person.set(staff.pk)
    try:
        yield
    finally:
        _person.reset(token)


def sealed(secret: str, staff: Staff, key: Key | None = None) -> str:
    """A secret as it is kept for this person; of many, by a key that is opened once."""
    return _sealed(secret, staff.pk, key or sealing_key())


# --- questions


def of(staff: Staff) -> list[Authenticator]:
    """A person's factors, the oldest first; recovery codes are none by themselves."""
    return list(Authenticator.objects.filter(user=staff).exclude(type=RECOVERY).order_by("pk"))


def kinds(staff: Staff) -> set[str]:
    """By which kinds of factor a person can prove who they are."""
    return set(Authenticator.objects.filter(user=staff).exclude(type=RECOVERY).values_list("type", flat=True))


def are_missing(staff: Staff, *, at: datetime) -> bool:
    """Whether a person must set up a factor before they reach anything."""
    held = queries.posts_held(staff=staff, on=timezone.localdate(at)).values_list("role", flat=True)
    return rules.needs_factor(set(held)) and not kinds(staff)


def codes_left(staff: Staff) -> int:
    """How many recovery codes are unused."""
    row = Authenticator.objects.filter(user=staff, type=RECOVERY).first()
    return len(row.data.get("hashes", {})) if row else 0  # of those that were made from a seed once, none is good


def step_of(at: datetime) -> int:
    """Which code it is time for."""
    return int(at.timestamp()) // PERIOD


def code_at(secret: str, step: int) -> str:
    """The code of a moment."""
    return str(format_hotp_value(hotp_value(secret, step)))


# --- proving


@transaction.atomic
def code_fits(staff: Staff, typed: str, *, at: datetime) -> str:
    """By which kind of factor this code proves that it is this person, if by any; it is used up then.

    The rows are locked: of two who bring the same code at the same moment one gets in.
    """
    code = "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", typed)))
    rows = Authenticator.objects.select_for_update().filter(user=staff, type__in=(CODE, RECOVERY)).order_by("pk")
    with secrets_of(staff):
        for row in rows:
            if _is_now(row, code, at) if row.type == CODE else _is_spare(row, code):
                Authenticator.objects.filter(pk=row.pk).update(last_used_at=at)
                return str(row.type)
    return ""


def _is_now(row: Authenticator, code: str, at: datetime) -> bool:
    step = step_of(at)
    if step <= row.data.get("step", 0) or code != code_at(Adapter().decrypt(row.data["secret"]), step):
        return False
    row.data["step"] = step
    row.save(update_fields=["data"])
    return True


def _is_spare(row: Authenticator, code: str) -> bool:
    kept = row.data.get("hashes", {}).get(code[:1])
    if len(code) != 1 + SPARE_DIGITS or not kept or not check_password(code, Adapter().decrypt(kept)):
        return False
    del row.data["hashes"][code[0]]
    row.save(update_fields=["data"])
    return True


def used(passkey: Authenticator, *, at: datetime) -> None:
    """A passkey proved who somebody is."""
    passkey.last_used_at = at
    passkey.save(update_fields=["last_used_at"])


# --- setting up and taking away: each for oneself alone


@transaction.atomic
def add_code(staff: Staff, secret: str, typed: str, *, session: Session, at: datetime) -> bool:
    """Codes by time from now on, if the one that was typed is right: the app knows the secret. Raises Refusal."""
    if CODE in kinds(staff):
        raise Refusal(TAKEN)
    if typed.replace(" ", "") != code_at(secret, step_of(at)):
        return False
    with secrets_of(staff):
        row = TOTP.activate(staff, secret).instance
    row.data["step"] = step_of(at)
    row.save(update_fields=["data"])
    _added(staff, row, session, at)
    return True


@transaction.atomic
def add_passkey(staff: Staff, name: str, credential: dict[str, Any], *, session: Session, at: datetime) -> None:
    """One passkey more, which asks its bearer's finger, face or number each time."""
    _added(staff, WebAuthn.add(staff, name[:40], credential).instance, session, at)


def _added(staff: Staff, row: Authenticator, session: Session, at: datetime) -> None:
    audit.record("factor_added", by=session.post, at=at, subject="staff", subject_id=staff.pk, factor=row.type)
    sessions.end_all(staff, by=session.post, at=at, why="factors", but=session)
    settle(staff, session=session, at=at)


def settle(staff: Staff, *, session: Session, at: datetime) -> None:
    """Once a person has a password of their own and the factors that their posts demand, the session reaches what they reach."""
    if session.is_limited and staff.password_until is None and not are_missing(staff, at=at):
        sessions.open_up(session)


@transaction.atomic
def new_recovery_codes(staff: Staff, *, session: Session, at: datetime) -> list[str]:
    """Ten codes for the day on which the factor is lost, told once; those from before are worth nothing."""
    Authenticator.objects.filter(user=staff, type=RECOVERY).delete()
    codes = [f"{number}{secrets.randbelow(10**SPARE_DIGITS):0{SPARE_DIGITS}}" for number in range(SPARE)]
    key = sealing_key()
    hashes = {code[0]: sealed(make_password(code), staff, key) for code in codes}
    Authenticator.objects.create(user=staff, type=RECOVERY, data={"hashes": hashes})
    audit.record("recovery_codes_made", by=session.post, at=at, subject="staff", subject_id=staff.pk)
    return codes


@transaction.atomic
def remove(staff: Staff, factor_id: int, *, session: Session, at: datetime) -> None:
    """Take away one of one's own. Raises Refusal where it is the last that the post demands."""
    Staff.objects.select_for_update().get(pk=staff.pk)
    mine = {row.pk: row for row in of(staff)}
    row = mine.get(factor_id)
    if row is None:
        return
    if len(mine) == 1:
        raise Refusal(LAST_FACTOR)
    row.delete()
    audit.record("factor_removed", by=session.post, at=at, subject="staff", subject_id=staff.pk, factor=row.type)
    sessions.end_all(staff, by=session.post, at=at, why="factors", but=session)


def forget(staff: Staff) -> None:
    """Take away all of a person's, in the transaction of whoever says why."""
    Authenticator.objects.filter(user=staff).delete()
