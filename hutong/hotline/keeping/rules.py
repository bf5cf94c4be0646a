"""What is not well with the backups, in words, and since when it counts. Pure."""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.refusals import Reason

SILENT = timedelta(minutes=2)  # without a word from the keeper
BRIEF = timedelta(seconds=30)  # a receiver that is started again is no news
OLD = timedelta(hours=26)  # a backup is due every 24
UNTRIED = timedelta(days=31)  # since a backup was last restored on trial

NO_BACKUP = Reason(
    "no_backup", _("还没有设置备份：数据所在的磁盘损坏时，登记的内容会丢失。"), _("请运维人员按文档 docs/keeping.md 设置 HUTONG_BACKUPS。")
)
KEEPER_SILENT = Reason("keeper_silent", _("备份进程没有回音。"), _("请运维人员查看 hutong up 的输出。"))
NOT_DOUBLE = Reason(
    "not_double", _("登记的内容暂时只保存在一块磁盘上，没有同时写入备份。接线和登记照常进行。"), _("请运维人员查看备份所在的磁盘。")
)
BACKUP_OLD = Reason("backup_old", _("一天多没有完成备份。"), _("请运维人员运行 hutong backup，看它说什么。"))
BACKUP_FAILED = Reason("backup_failed", _("上一次备份没有成功，会自动再试。"), _("请运维人员运行 hutong backup，看它说什么。"))
NOT_TRIED = Reason("not_tried", _("还没有试着恢复过备份，或者已过一个月。"), _("请保管恢复密钥的人运行 hutong backup --check。"))
TRIAL_FAILED = Reason("trial_failed", _("上一次试着恢复备份没有成功。"), _("请运维人员立即查看，并另做一份：hutong backup --full。"))
REASONS = {each.code: each for each in (NO_BACKUP, KEEPER_SILENT, NOT_DOUBLE, BACKUP_OLD, BACKUP_FAILED, NOT_TRIED, TRIAL_FAILED)}
AT_ONCE = frozenset({KEEPER_SILENT.code, NOT_DOUBLE.code})  # what whoever is on duty should know


class Known(Protocol):
    """What is known of the backups."""

    told_at: datetime
    is_safe: bool
    since: datetime
    fault: str
    backup_at: datetime | None
    tried_at: datetime | None
    trial_fault: str


def faults(known: Known | None, at: datetime) -> list[Reason]:
    """What is not well, the most urgent first."""
    if known is None:
        return [NO_BACKUP]
    if at - known.told_at > SILENT:
        return [KEEPER_SILENT]
    found = {
        NOT_DOUBLE: not known.is_safe and at - known.since > BRIEF,
        BACKUP_OLD: known.backup_at is None or at - known.backup_at > OLD,
        BACKUP_FAILED: bool(known.fault),
        TRIAL_FAILED: bool(known.trial_fault),
        NOT_TRIED: known.tried_at is None or at - known.tried_at > UNTRIED,
    }
    return [reason for reason, is_so in found.items() if is_so]
