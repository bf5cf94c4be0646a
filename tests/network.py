"""More of the network than the loop needs: a second province, and administrators at every level. Every name is invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache

import psycopg
import pytest
from django.contrib.auth.hashers import make_password
from psycopg import sql

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network.models import Office, OfficeKind, Post, Role, Staff
from hutong.project.database import Addresses
from tests import cast
from tests.conftest import sweep

AT = datetime(2026, 9, 18, 4, 0, tzinfo=UTC)  # a Friday, noon in Shanghai
TODAY = date(2026, 9, 18)


@contextmanager
def refused(code: str, field: str = "") -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What happens within is refused for this reason, and pinned to this input."""
    with pytest.raises(Refusal) as caught:
        yield caught
    assert (caught.value.reason.code, list(caught.value.fields)) == (code, [field] if field else [])


def office(code: str, name: str, kind: OfficeKind, division: str | None, parent: str, **more: object) -> Office:
    """A standing office below one of the cast's or a neighbour's."""
    return Office.objects.create(
        code=code, name=name, kind=kind, division_id=division, parent=Office.objects.get(code=parent), valid_from=cast.SINCE, **more
    )


@cache
def hashed() -> str:
    """The cast's password as it is kept; slow to make, as it should be."""
    return make_password(cast.PASSWORD)


def post(username: str, name: str, role: Role, office_code: str) -> Post:
    """A person with the cast's password and one post."""
    staff = Staff.objects.create(username=username, name=name, password=hashed())
    Post.objects.create(staff=staff, office=Office.objects.get(code=office_code), role=role, valid_from=cast.SINCE)
    made = cast.post(username)
    cast.approve(made)
    return made


NAMES = {"ping": "平安", "nan": "南星", "lan": "蓝田"}


def administrator(username: str, office_code: str) -> Post:
    """An administrator of an office: `ping` of the ministry, `nan` of Xi'an's centre, `lan` of Lianhu."""
    return post(username, NAMES[username], Role.ADMINISTRATOR, office_code)


def security_officer(username: str, office_code: str) -> Post:
    """A security officer of an office, by the same names."""
    return post(username, NAMES[username], Role.SECURITY_OFFICER, office_code)


def jiangxi() -> Post:
    """The bureau of Jiangxi, Nanchang's centre, Donghu's bureau, a case worker there; Wen administers it, Shuang gives rights."""
    office("jiangxi", "江西省民政厅", OfficeKind.PROVINCE_BUREAU, "36", "mca")
    office("nanchang", "南昌市12349热线中心", OfficeKind.HOTLINE_CENTRE, "3601", "jiangxi")
    office("donghu", "东湖区民政局", OfficeKind.COUNTY_BUREAU, "360102", "nanchang")
    post("shui", "水清", Role.CASE_WORKER, "donghu")
    post("shuang", "双宁", Role.SECURITY_OFFICER, "jiangxi")
    return post("wen", "温如", Role.ADMINISTRATOR, "jiangxi")


TABLES = (
    "network_division", "network_office", "network_staff", "network_post", "network_charge", "network_approval", "network_api_token",
)  # fmt: skip


@pytest.fixture
def network_put_back(committed: Addresses) -> Iterator[None]:
    """What a test committed in the network is put back afterwards: the network belongs to the template of the test database.

    Foreign keys are checked at the commit, so that rows may be taken out and put back in any order.
    """
    pairs = [(sql.Identifier(table), sql.Identifier(f"kept_{table}")) for table in TABLES]
    with psycopg.connect(committed.owner) as owner:
        for table, kept in pairs:
            owner.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {table}").format(table=table, kept=kept))
    yield
    sweep(committed)  # what was made by people of the test goes before them
    with psycopg.connect(committed.owner) as owner:
        owner.execute("DELETE FROM network_seen")  # points to posts that go
        for table, kept in pairs:
            changed = sql.SQL("DELETE FROM {table} t USING (TABLE {table} EXCEPT TABLE {kept}) new WHERE t = new::{table}")
            owner.execute(changed.format(table=table, kept=kept))
            owner.execute(sql.SQL("INSERT INTO {table} (TABLE {kept} EXCEPT TABLE {table})").format(table=table, kept=kept))
            owner.execute(sql.SQL("DROP TABLE {kept}").format(kept=kept))
