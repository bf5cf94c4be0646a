"""Making, wrapping anew and destroying data keys and the keys of rows; the deployment's own key, made at the first start and renewed."""

import logging
import os
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened, seal, unseal
from hutong.hotline.kernel.secrets.suites import answers_rightly
from hutong.hotline.keys import fields, queries
from hutong.hotline.keys.models import DataKey

KEY_LOST = Reason(
    "key_lost", _("密钥文件不在，或不是这个数据库的：已加密的内容打不开。"), _("请把密钥文件的副本放回原处，或用 HUTONG_KEY_FILE 指明。")
)

CIPHER_WRONG = Reason(
    "cipher_wrong", _("本机的密码库没有配置的算法，或算得不对，没有启动。"), _("请核对 cryptography 的版本和 HUTONG_SUITE。")
)

OUTLIVES = timedelta(days=1)  # a retired key for fields, so that whoever still seals under it has long ended

logger = logging.getLogger(__name__)


def begin() -> None:
    """At every start: the cipher must answer rightly, and what was sealed last must open; where nothing ever was, make the first keys.

    Raises Refusal.
    """
    if not answers_rightly(queries.suite()):
        raise Refusal(CIPHER_WRONG)
    newest = DataKey.objects.filter(destroyed_at=None).order_by("-pk").first()
    if newest is None:
        settings.KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
        queries.key_file(settings.KEY_FILE, queries.suite()).make()
    else:
        _must_open(newest)
    for purpose in queries.Ring._fields:
        if not queries.of_purpose(purpose).exists():
            make(purpose, at=timezone.now())


def _must_open(row: DataKey) -> None:
    try:
        queries.opened(row)
    except (NotOpened, FileNotFoundError):
        raise Refusal(KEY_LOST) from None


def make(purpose: str, *, at: datetime) -> tuple[DataKey, Key]:
    """A new data key, in the caller's transaction: its row, and the key itself."""
    suite = queries.suite()
    secret = os.urandom(suite.key_size)
    row = DataKey(purpose=purpose, suite=suite.name, made_at=at)
    row.wrapped_by, row.wrapped = queries.provider().wrap(secret, about=queries.about(row))
    row.save(force_insert=True)
    return row, Key(row.pk, suite, secret)


def destroy(row: DataKey, *, at: datetime) -> None:
    """What this key sealed opens never again. In the caller's transaction, which says why."""
    row.wrapped, row.wrapped_by, row.destroyed_at = b"", "", at
    row.save(update_fields=["wrapped", "wrapped_by", "destroyed_at"])


def rotate(*, at: datetime) -> str:
    """A new key of the deployment from now on; the worker wraps every data key anew by it. The new key's name."""
    name = queries.provider().renew()
    audit.record("key_rotated", by=None, at=at, subject="key", key=name)
    return name


def retire(*, at: datetime) -> str:
    """Another key for fields, and another of the deployment by which every process notices it; the worker seals all keys of rows anew.

    Whoever stole the key before opens with it nothing that is written from now on. The name of the deployment's new key.
    """
    with transaction.atomic():
        row, _key = make(queries.FIELDS, at=at)
        audit.record("field_key_retired", by=None, at=at, subject="key", key=str(row.pk))
    return rotate(at=at)


def erase(rows: Iterable[fields.SealedRow]) -> None:
    """The key of each row is destroyed, and by no mark is it found: what stood sealed in it opens never again; all else stays.

    In the caller's transaction, which says why. What stood in other rows, and in recordings (`recordings.actions.destroy`), is theirs.
    """
    for row in rows:
        marks = {index.name: b"" for index in fields.index_fields(type(row))}
        type(row)._base_manager.filter(pk=row.pk).update(row_key=b"", **marks)
        for name, nothing in {"row_key": b"", **marks}.items():
            setattr(row, name, nothing)


def rewrap(*, at: datetime) -> list[str]:
    """Wrap some data keys anew that another than the active key wraps, and some keys of rows that a retired one sealed; a line of each.

    Any number of workers may. What cannot be done is logged and never stands in the way of the worker's deadlines.
    """
    done = []
    for what, deed in (("data keys wrapped", _rewrap), ("keys of rows sealed", lambda: _reseal(at))):
        try:
            with transaction.atomic():
                count = deed()
        except (NotOpened, OSError):
            logger.exception("%s anew: cannot be done", what)
            continue
        done += [f"{count} {what} anew"] if count else []
    return done


def _reseal(at: datetime) -> int:
    """A portion of rows, of those that nobody else holds. A retired key that no row needs, and for a day none could, is destroyed."""
    newest, *retired = queries.of_purpose(queries.FIELDS)
    if not retired:
        return 0
    active = queries.key(newest.pk)
    waiting = [part for model in fields.sealed_models() for part in fields.not_under(model, newest.pk)]
    for part in waiting:
        if rows := list(part.select_for_update(skip_locked=True)[: queries.BATCH]):
            for row in rows:
                _take_over(row, active)
            return len(rows)
    if newest.made_at < at - OUTLIVES and not any(part.exists() for part in waiting):
        for key in retired:
            destroy(key, at=at)
    return 0


def _take_over(row: fields.SealedRow, active: Key) -> None:
    place = fields.row_key_place(type(row), row.pk)
    secret = unseal(bytes(row.row_key), key=queries.key_of(bytes(row.row_key)), place=place)
    type(row)._base_manager.filter(pk=row.pk).update(row_key=seal(secret, key=active, place=place))


def _rewrap() -> int:
    keeper = queries.provider()
    rows = queries.not_by(keeper.active())
    for row in rows:
        row.wrapped_by, row.wrapped = keeper.wrap(queries.opened(row).secret, about=queries.about(row))
    DataKey.objects.bulk_update(rows, ["wrapped", "wrapped_by"])
    return len(rows)
