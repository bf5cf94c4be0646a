"""Making, wrapping anew and destroying data keys; the deployment's own key, made at the first start and renewed."""

import logging
import os
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.secrets.sealing import Key, NotOpened
from hutong.hotline.kernel.secrets.suites import answers_rightly
from hutong.hotline.keys import queries
from hutong.hotline.keys.models import DataKey

KEY_LOST = Reason(
    "key_lost", _("密钥文件不在，或不是这个数据库的：已加密的内容打不开。"), _("请把密钥文件的副本放回原处，或用 HUTONG_KEY_FILE 指明。")
)

CIPHER_WRONG = Reason(
    "cipher_wrong", _("本机的密码库没有配置的算法，或算得不对，没有启动。"), _("请核对 cryptography 的版本和 HUTONG_SUITE。")
)

logger = logging.getLogger(__name__)


def begin() -> None:
    """At every start: the cipher must answer rightly, and what was sealed last must open; where nothing ever was, make the first key.

    Raises Refusal.
    """
    if not answers_rightly(queries.suite()):
        raise Refusal(CIPHER_WRONG)
    newest = DataKey.objects.filter(destroyed_at=None).order_by("-pk").first()
    if newest is None:
        settings.KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
        queries.key_file(settings.KEY_FILE, queries.suite()).make()
        return
    try:
        queries.opened(newest)
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


def rewrap() -> list[str]:
    """Wrap some data keys anew that another than the active key wraps; a line where there were any. Any number of workers may.

    What cannot be done is logged and never stands in the way of the worker's deadlines.
    """
    try:
        with transaction.atomic():
            count = _rewrap()
    except (NotOpened, OSError):
        logger.exception("data keys cannot be wrapped anew")
        return []
    return [f"{count} data keys wrapped anew"] if count else []


def _rewrap() -> int:
    keeper = queries.provider()
    rows = queries.not_by(keeper.active())
    for row in rows:
        row.wrapped_by, row.wrapped = keeper.wrap(queries.opened(row).secret, about=queries.about(row))
    DataKey.objects.bulk_update(rows, ["wrapped", "wrapped_by"])
    return len(rows)
