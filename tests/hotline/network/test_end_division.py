"""Abolishing a division, or merging it into another."""

from datetime import date, timedelta

import pytest

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import actions, queries
from hutong.hotline.network.models import Division, Office
from tests import cast
from tests.network import AT, TODAY, administrator, jiangxi, refused

pytestmark = pytest.mark.django_db


def division(code: str) -> Division:
    return Division.objects.get(pk=code)


def end(code: str, successor: str | None = None, *, on: date = TODAY, by: str | None = "gao") -> None:
    actions.end_division(
        division=division(code), successor=division(successor) if successor else None, on=on, by=cast.post(by) if by else None, at=AT
    )


def test_a_merged_county_ends_and_names_its_successor() -> None:
    end("610124", "610118")

    assert (division("610124").valid_to, division("610124").successor_id) == (TODAY, "610118")
    assert queries.successor_code("610124", on=TODAY) == "610118"
    assert queries.successor_code("610124", on=TODAY - timedelta(days=1)) == "610124"
    assert AuditEntry.objects.get().detail == {"code": "610124", "successor": "610118"}


def test_what_lies_below_goes_to_its_namesake_or_to_the_successor_itself() -> None:
    actions.add_division(code="610118999", name="二曲街道", valid_from=TODAY, by=None, at=AT)
    namesake = Division.objects.get(parent="610124", name="二曲街道")
    other = Division.objects.filter(parent="610124").exclude(name="二曲街道").first()
    assert other
    end("610124", "610118")

    assert division(namesake.code).successor_id == "610118999"
    assert division(other.code).successor_id == "610118"
    assert not Division.objects.filter(code__startswith="610124", valid_to=None).exists()


def test_a_townships_namesake_in_a_third_county_is_not_its_heir() -> None:
    """城关街道 is in many counties: the heir lies below the heir of its own county."""
    for code in ("610199", "610399"):
        actions.add_division(code=code, name="同名县", valid_from=TODAY, by=None, at=AT)
    for code in ("610399001", "610199001", "610104999"):
        actions.add_division(code=code, name="城关街道", valid_from=TODAY, by=None, at=AT)
    Office.objects.filter(code__in=("baoji", "qishan")).update(valid_to=cast.SINCE)
    end("6103", "6101")

    assert division("610399").successor_id == "610199"
    assert division("610399001").successor_id == "610199001"
    assert division("610323").successor_id == "6101"


def test_a_merged_municipalitys_counties_are_found_behind_its_placeholder() -> None:
    end("12", "11", by=None)

    assert division("1201").successor_id == "11"
    assert division("120101").successor_id == "11"
    assert not Division.objects.filter(code__startswith="12", valid_to=None).exists()


def test_an_abolished_one_has_no_successor() -> None:
    end("610124")

    assert (division("610124").valid_to, division("610124").successor_id) == (TODAY, None)
    with pytest.raises(Refusal) as refusal:
        queries.division_for("610124", on=TODAY)
    assert str(refusal.value) == "“陕西省西安市周至县”已于 2026-09-18 停用。 请选择现行区划。"


def test_the_successor_of_a_successor_is_named_and_takes_the_reports() -> None:
    end("610124", "610118", on=TODAY - timedelta(days=9))
    end("610118", "610323")

    assert queries.successor_code("610124", on=TODAY) == "610323"
    assert queries.centre_for("610124", on=TODAY) == cast.office("baoji")
    assert queries.county_bureau_for("610124", on=TODAY) == cast.office("qishan")
    with pytest.raises(Refusal) as refusal:
        queries.division_for("610124", on=TODAY)
    assert str(refusal.value) == "“陕西省西安市周至县”已于 2026-09-09 停用。 请改用继任区划“陕西省宝鸡市岐山县”。"


def test_no_chain_of_successors_runs_in_a_circle() -> None:
    end("610124", "610118", on=TODAY + timedelta(days=9))

    with refused("ended", "successor"):
        end("610118", "610124")


@pytest.mark.parametrize(
    ("code", "successor", "reason", "field"),
    [
        ("610124", "610124", "own_successor", "successor"),
        ("610124", "610124100", "own_successor", "successor"),
        ("429004", "4290", "own_successor", "successor"),
    ],
)
def test_a_division_does_not_follow_itself_nor_a_placeholder(code: str, successor: str, reason: str, field: str) -> None:
    if not Division.objects.filter(pk=successor).exists():
        actions.add_division(code=successor, name="某镇", valid_from=TODAY, by=None, at=AT)

    with refused(reason, field):
        end(code, successor, by=None)


def test_it_ends_once_and_not_before_it_began() -> None:
    with refused("bad_day", "on"):
        end("610124", on=date(1999, 1, 1))
    end("610124")

    with refused("ended"):
        end("610124")


def test_a_successor_to_come_does_not_take_over_before_its_day() -> None:
    actions.add_division(code="610131", name="新设区", valid_from=TODAY + timedelta(days=1), by=None, at=AT)

    with refused("not_standing", "successor"):
        end("610124", "610131")


def test_while_offices_stand_there_it_does_not_end_and_they_are_named() -> None:
    with refused("has_offices") as refusal:
        end("610104", "610116")

    assert str(refusal.value) == (
        "“陕西省西安市莲湖区”还有 3 个机构：莲湖区民政局、莲湖区教育局、莲湖区公安分局。 请先停用这些机构，或把它们改划到继任区划。"
    )
    assert division("610104").valid_to is None


def test_an_office_to_come_counts_too() -> None:
    Office.objects.filter(code="qishan").update(valid_from=TODAY + timedelta(days=30))

    with refused("has_offices"):
        end("610323")


@pytest.mark.parametrize(("code", "successor"), [("360102", None), ("610124", "360102"), ("360102", "610124")])
def test_a_province_merges_nothing_into_or_out_of_another(code: str, successor: str | None) -> None:
    with refused("out_of_reach"):
        end(code, successor)


def test_the_ministry_merges_across_provinces() -> None:
    administrator("ping", "mca"), jiangxi()
    end("610124", "360103", by="ping")

    assert queries.centre_for("610124", on=TODAY) == cast.office("nanchang")


def test_an_end_by_mistake_is_taken_back_with_all_that_ended_with_it() -> None:
    before = list(Division.objects.filter(code__startswith="610124").order_by("code").values())
    end("610124", "610118")
    actions.restore_division(division=division("610124"), by=cast.post("gao"), at=AT)

    assert list(Division.objects.filter(code__startswith="610124").order_by("code").values()) == before
    assert AuditEntry.objects.latest("id").verb == "division_restored"


def test_what_had_ended_earlier_stays_ended() -> None:
    end("610124001", on=TODAY - timedelta(days=9))
    end("610124", "610118")
    actions.restore_division(division=division("610124"), by=cast.post("gao"), at=AT)

    assert division("610124001").valid_to == TODAY - timedelta(days=9)


def test_only_what_ended_is_taken_back_below_what_stands_by_who_keeps_it() -> None:
    with refused("stands"):
        actions.restore_division(division=division("610124"), by=cast.post("gao"), at=AT)
    end("610124", "610118")
    with refused("no_parent"):
        actions.restore_division(division=division("610124001"), by=cast.post("gao"), at=AT)
    jiangxi()

    with refused("out_of_reach"):
        actions.restore_division(division=division("610124"), by=cast.post("wen"), at=AT)
