"""The year's figures come from the log, and what an account touched is one question to it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hutong.hotline.archive import compliance, incidents
from hutong.hotline.kernel import wall
from tests import cast
from tests.clients import signed_in
from tests.loop import case_at

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "AUDIT_KEY", tmp_path / "audit.key")
    monkeypatch.setattr(settings, "AUDIT_FOLDER", tmp_path / "checkpoints")


def test_the_year_is_counted_by_office_role_and_month_and_names_no_child() -> None:
    case = case_at("handling", at=NOW - timedelta(hours=3))
    for who in ("wang", "wang", "zhou"):
        signed_in(who).get(reverse("cases:case", args=[case.pk]))
    signed_in("qin").get(reverse("cases:case", args=[case.pk]))
    period = compliance.Period(timezone.localdate().year, cast.post("an"))
    found = compliance.report(period)
    rows = {(row["机构"], row["岗位"]): row for row in compliance.by_office_and_role(period)}
    assert rows["莲湖区民政局", "个案专员"]["查看"] >= 2
    assert rows["宝鸡市12349热线中心", "协调员"]["被拒绝"] == 1
    month = compliance.by_month(period)[timezone.localdate().month - 1]
    assert month["查看"] == sum(row["查看"] for row in rows.values())
    assert found["四、访问情况（按机构和岗位）"] == [compliance._in_steps(row) for row in rows.values()]
    assert len(found["五、访问情况（按月）"]) == 12
    assert {row["负责人"] for row in found["一、数据负责人"]} == {"宋岚"}
    assert found["三、现无批准的岗位"] == []
    assert found["九、密钥与防篡改（全部署）"][2]["结果"] == "全部相符"
    assert "小雨" not in str(found)
    assert case.number not in str(found)


def test_an_auditor_counts_their_own_offices_alone() -> None:
    case = case_at("handling", at=NOW - timedelta(hours=3))
    signed_in("wang").get(reverse("cases:case", args=[case.pk]))
    period = compliance.Period(timezone.localdate().year, cast.post("qin"))
    assert compliance.by_office_and_role(period) == []


def test_whose_data_an_account_touched_is_one_question() -> None:
    case, other = case_at("handling", at=NOW - timedelta(hours=3)), case_at("handling", at=NOW - timedelta(hours=3))
    client = signed_in("wang")
    client.get(reverse("cases:case", args=[case.pk]))
    client.get(reverse("county:work"))
    begun = timezone.now()
    signed_in("ma").get(reverse("cases:case", args=[other.pk]))
    wang = cast.post("wang").staff
    wall.enter(cast.post("an").pk)
    with CaptureQueriesContext(connection) as caught:
        rows = list(incidents.touched(wang, NOW - timedelta(minutes=1), begun))
    assert ["hutong_touched" in each["sql"] for each in caught] == [True, False, False]  # then the way through the wall, and the names
    found = {row.number: row for row in rows}
    assert {"looked", "listed"} <= set(found[case.number].verbs)
    assert found[case.number].children == ["小*"]
    assert found[other.number].verbs == ["listed"]
    assert not list(incidents.touched(cast.post("wang").staff, begun, begun + timedelta(hours=1)))
