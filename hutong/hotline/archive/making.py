"""A closed case's package, made for one export."""

import json
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from hutong.hotline.archive import papers, queries
from hutong.hotline.archive.models import Export
from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Post

AS_SHEETS = ("录音", "谁看过")


def rows_in(case: Case, by: Post) -> int:
    """How much stands in the package of a case."""
    return sum(map(len, queries.whole(case, by).values()))


def of_case(case: Case, export: Export, mark: str, *, at: datetime) -> bytes:
    """The package: all of the case as a document and as data, lists as sheets, everything in Chinese and marked."""
    with translation.override(settings.LANGUAGE_CODE):
        whole = queries.whole(case, export.by)
        moment = timezone.localtime(at)
        files = {
            "卷宗.docx": papers.paper(f"个案卷宗 {case.number}", whole, mark=mark, at=moment.replace(tzinfo=None)),
            "卷宗.json": json.dumps({"导出": mark, **whole}, ensure_ascii=False, indent=1, default=str).encode(),
            **{f"{name}.csv": papers.sheet(whole[name], mark=mark) for name in AS_SHEETS},
        }
        about = {"case": case.number, "serial": export.serial, "exported": mark, "at": moment.isoformat(timespec="seconds")}
        return papers.package(files, about=about, at=at, key=settings.AUDIT_KEY)
