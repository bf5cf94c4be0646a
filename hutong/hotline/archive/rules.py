"""Who may take what out of the house, how much of it alone, and how the file is marked. Tables and pure functions.

档案法实施条例第三十七条、第三十八条: 业务系统应当具备归档功能; GB/T 45574-2025: 敏感个人信息导出须加水印、留记录.
"""

import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.rules import Situation
from hutong.hotline.kernel import texts
from hutong.hotline.kernel.refusals import Reason

# Who takes a case's package: of the centre, and of the office above it.
TAKES = {"centre": frozenset({"coordinator", "shift_lead"}), "province": frozenset({"supervisor"})}
ALONE = 200  # rows that one person takes out; for more a second one agrees
LASTS = timedelta(hours=24)  # from the asking until it must be fetched
STEP = 5  # of the counts in a report
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

NO_PURPOSE = Reason("export_purpose", _("请写明导出用途。"))
NOT_YOURS = Reason("export_not_yours", _("只有受理中心的协调员、值班长和省级督导员可以导出归档包。"))
SECOND_IS_ANOTHER = Reason("export_second", _("须由另一个人同意。"), _("请同一中心或上级的协调员、值班长、督导员核对后同意。"))
WAITS = Reason("export_waits", _("内容较多，须第二人同意后才能下载。"), _("请把序号告诉同事，由其在本页同意。"))
AGREED = Reason("export_agreed", _("这次导出已有人同意，或不需要第二人。"))
FETCHED = Reason("export_fetched", _("这份文件已下载过一次。"), _("再次需要时请重新申请，写明用途。"))
EXPIRED = Reason("export_expired", _("申请已超过 24 小时，没有导出。"), _("请重新申请。"))


def coarse(count: int) -> str:
    """A count as it leaves the house: nothing, or between which multiples of five. So 1 to 4 are told apart nowhere, and whatever two
    tables or reports are subtracted from each other, what remains is uncertain by as much."""
    low = count - count % STEP
    return f"{max(low, 1)}–{low + STEP - 1}" if count else "0"


def may_take(now: Situation) -> bool:
    """Whether somebody who stands to a case like that may take its package out, once it is closed."""
    return now.stage == "closed" and any(relation in now.relations and now.role in roles for relation, roles in TAKES.items())


def needs_second(rows: int) -> bool:
    """Whether that much is not taken out alone."""
    return rows > ALONE


def fetched(done_at: datetime | None) -> bool:
    """Whether a file was handed out already."""
    return done_at is not None


def stated(purpose: str) -> str:
    """What a file is for, which must be said. Raises Refusal."""
    return texts.needed(purpose, NO_PURPOSE, field="purpose", limit=200)


def serial(at: datetime) -> str:
    """A mark that leads back to an export: the day and eight letters."""
    return f"DC{at:%y%m%d}-{''.join(secrets.choice(LETTERS) for _letter in range(7))}"


def mark(*, serial: str, name: str, office: str, at: datetime) -> str:
    """What every page and sheet of the file carries."""
    return f"{name} · {office} · {at:%Y-%m-%d %H:%M} · 序号 {serial}"
