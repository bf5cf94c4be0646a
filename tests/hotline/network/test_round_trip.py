"""What is exported and handed in again changes nothing, whatever the network holds; and nothing in it runs as a formula."""

import csv
import io
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import actions, rules, sheets
from hutong.hotline.network.models import Division, Role, Staff
from hutong.hotline.network.sheet_kinds import SHEETS
from tests import cast
from tests.hotline.network.sheets_of import keeper, tried
from tests.network import AT, TODAY, jiangxi

pytestmark = pytest.mark.django_db
NAMES = st.builds(
    "{}{}".format, st.sampled_from(["", "=", "+", "-", "@", "'", "'=", '"', ",", "\t", " "]), st.text(min_size=1, max_size=12)
)
PHONES = st.sampled_from(["", "13812345678", "029-87111222", "+85221234567", "12349", "010-12345678-9"])
DAYS = st.integers(-30, 30).map(lambda days: TODAY + timedelta(days=days))
ROLES = st.sampled_from([Role.CASE_WORKER, Role.COORDINATOR, Role.VOLUNTEER])
DEEDS = st.one_of(
    st.tuples(st.just("name"), NAMES, PHONES),
    st.tuples(st.just("office"), NAMES, PHONES),
    st.tuples(st.just("division"), NAMES, st.none()),
    st.tuples(st.just("give"), ROLES, DAYS),
    st.tuples(st.just("end"), st.integers(0, 3), DAYS),
    st.tuples(st.just("close"), st.sampled_from(["changan", "lianhu-police"]), DAYS),
    st.tuples(st.just("merge"), st.sampled_from(["610124", "610122"]), DAYS),
)


def do(what: str, first: object, second: object) -> None:
    """One lawful or unlawful deed; the unlawful changes nothing."""
    by, rights, staff, office = cast.post("gao"), cast.post("ning"), Staff.objects.get(username="wang"), cast.office("changan")
    deeds = {
        "name": lambda: actions.change_staff(staff=staff, name=first, phone=second, by=rights, at=AT),
        "office": lambda: actions.change_office(
            office=office, name=first, phone=second, division=office.division, parent=office.parent, by=by, at=AT
        ),
        "division": lambda: actions.rename_division(division=Division.objects.get(pk="610116"), name=first, by=by, at=AT),
        "give": lambda: actions.give_post(staff=staff, office=cast.office("lianhu"), role=first, valid_from=second, by=rights, at=AT),
        "end": lambda: actions.end_post(post=staff.posts.order_by("id")[first % staff.posts.count()], on=second, by=rights, at=AT),
        "close": lambda: actions.end_office(office=cast.office(first), on=second, by=by, at=AT),
        "merge": lambda: actions.end_division(
            division=Division.objects.get(pk=first), successor=Division.objects.get(pk="610118"), on=second, by=by, at=AT
        ),
    }
    with suppress(Refusal):
        deeds[what]()


@given(deeds=st.lists(DEEDS, max_size=12), encoding=st.sampled_from(["utf-8-sig", "gb18030"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_an_export_handed_in_again_changes_nothing(deeds: list[tuple[str, object, object]], encoding: str) -> None:
    with transaction.atomic():
        for deed in deeds:
            do(*deed)
        for kind, sheet in SHEETS.items():
            exported = sheets.export(sheet, by=keeper(kind), at=AT)
            assert {line.outcome for line in tried(kind, sheets.decode(exported.encode(encoding))).lines} == {"same"}
            cells = [cell for row in csv.reader(io.StringIO(exported, newline="")) for cell in row]
            assert [cell for cell in cells if cell.startswith(rules.FORMULA)] == []
        transaction.set_rollback(True)


def test_an_export_holds_what_is_in_reach_and_no_more() -> None:
    wen = jiangxi()

    def codes(kind: str) -> set[str]:
        return {line.split(",")[0] for line in sheets.export(SHEETS[kind], by=wen, at=AT).splitlines()[1:]}

    assert codes("offices") == {"jiangxi", "nanchang", "donghu"}
    assert codes("staff") == {"wen", "shuang", "shui"}
    assert {code[:2] for code in codes("divisions")} == {"36"}
