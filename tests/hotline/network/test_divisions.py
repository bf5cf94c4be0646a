"""The national divisions, villages on top, and the questions that are asked of them."""

from datetime import date
from pathlib import Path

import pytest

from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import divisions, queries, rules
from hutong.hotline.network.models import Division, Level

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 18)


def names(found: list[Division]) -> list[str]:
    return [division.full_name for division in found]


def test_all_of_the_edition_is_there() -> None:
    counts = {level: Division.objects.filter(level=level).count() for level in Level}
    assert counts == {Level.PROVINCE: 31, Level.PREFECTURE: 342, Level.COUNTY: 2978, Level.TOWNSHIP: 41352, Level.VILLAGE: 0}


def test_placeholders_are_marked_and_no_others() -> None:
    marked = set(Division.objects.filter(is_placeholder=True).values_list("code", flat=True))
    assert marked == {
        "1101", "1201", "3101", "5001", "5002", "4190", "4290", "4690", "6590", "441900", "442000", "460400", "620201", "350527000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("610104003", "陕西省西安市莲湖区北关街道"), ("110101", "北京市东城区"), ("500229", "重庆市城口县"), ("419001", "河南省济源市"),
        ("429021", "湖北省神农架林区"), ("659001", "新疆维吾尔自治区石河子市"), ("4419", "广东省东莞市"), ("441900", "广东省东莞市"),
        ("441900003", "广东省东莞市东城街道"), ("620201100", "甘肃省嘉峪关市新城镇"), ("540173400", "西藏自治区拉萨市西藏文化旅游创意园区"),
        ("1101", "北京市（市辖区）"),
    ],
)  # fmt: skip
def test_full_names_read_as_people_write_them(code: str, full_name: str) -> None:
    assert Division.objects.get(pk=code).full_name == full_name


def test_no_full_name_says_a_name_twice_in_a_row() -> None:
    for division in Division.objects.filter(level__in=(Level.PREFECTURE, Level.COUNTY), is_placeholder=False):
        assert division.name + division.name not in division.full_name


@pytest.mark.parametrize(
    ("typed", "code"), [("610104000000", "610104"), ("１１０１０１", "110101"), ("1101", "11"), ("441900", "4419"), ("620201", "6202")]
)
def test_a_division_is_found_by_any_form_of_its_code(typed: str, code: str) -> None:
    assert queries.division_for(typed, on=TODAY).code == code


@pytest.mark.parametrize("typed", ["999999", "710000", "61010", "", "莲湖区", "\0", "\ud800"])
def test_an_unknown_code_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Refusal) as refusal:
        queries.division_for(typed, on=TODAY)
    assert refusal.value.reason.code == "unknown_division"
    assert typed in refusal.value.reason.sentence


def test_an_ended_division_is_refused_and_its_successor_named() -> None:
    Division.objects.create(
        code="330103", name="下城区", full_name="浙江省杭州市下城区", level=Level.COUNTY, parent_id="3301", valid_from=date(2000, 1, 1),
        valid_to=date(2021, 4, 9), successor_id="330105",
    )  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        queries.division_for("330103", on=date(2021, 4, 9))
    assert "浙江省杭州市下城区" in str(refusal.value)
    assert "浙江省杭州市拱墅区" in str(refusal.value)
    assert queries.division_for("330103", on=date(2021, 4, 8)).name == "下城区"
    assert queries.successor_code("330103", on=TODAY) == "330105"
    assert "330103" not in [found.code for found in queries.search_divisions("330103", on=TODAY)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("莲湖", "陕西省西安市莲湖区"),
        ("莲湖区", "陕西省西安市莲湖区"),
        ("西安莲湖", "陕西省西安市莲湖区"),
        ("西安 莲湖", "陕西省西安市莲湖区"),
        ("西安市莲湖区", "陕西省西安市莲湖区"),
        ("内蒙古包头市青山区", "内蒙古自治区包头市青山区"),
        ("东莞", "广东省东莞市"),
        ("陕西", "陕西省"),
        ("6101", "陕西省西安市"),
        ("６１０１０４", "陕西省西安市莲湖区"),
        ("济源", "河南省济源市"),
    ],
)  # fmt: skip
def test_the_picker_finds_the_likeliest_first(typed: str, first: str) -> None:
    assert names(queries.search_divisions(typed, on=TODAY))[0] == first


def test_the_picker_tells_namesakes_apart_and_never_offers_a_placeholder() -> None:
    assert names(queries.search_divisions("鼓楼区", on=TODAY)) == [
        "江苏省南京市鼓楼区", "江苏省徐州市鼓楼区", "福建省福州市鼓楼区", "河南省开封市鼓楼区",
    ]  # fmt: skip
    assert names(queries.search_divisions("东莞市", on=TODAY)) == ["广东省东莞市"]
    assert queries.search_divisions("市辖区", on=TODAY) == []


def test_the_picker_looks_within_a_division_only() -> None:
    assert names(queries.search_divisions("鼓楼区", on=TODAY, within="35")) == ["福建省福州市鼓楼区"]


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "\0", "\ud800", "莫名其妙", "市" * 20_000, "a" * 20_000, "(.*)+"])
def test_the_picker_answers_any_text(typed: str) -> None:
    assert queries.search_divisions(typed, on=TODAY) == []
    assert queries.resolve_place(typed, on=TODAY) == []


@pytest.mark.parametrize(
    ("place", "full_names"),
    [
        ("东港市", ["辽宁省丹东市东港市"]), ("东港市某镇", ["辽宁省丹东市东港市"]), ("杭州市拱墅区", ["浙江省杭州市拱墅区"]),
        ("青山区", ["内蒙古自治区包头市青山区", "湖北省武汉市青山区"]), ("桂林市龙胜各族自治县", ["广西壮族自治区桂林市龙胜各族自治县"]),
        ("北京市", ["北京市"]), ("陕西省西安市莲湖区某小区三号楼", ["陕西省西安市莲湖区"]), ("台州市临海市", ["浙江省台州市临海市"]),
        ("610104", ["陕西省西安市莲湖区"]), ("1101", ["北京市"]), ("不知道哪里", []),
    ],
)  # fmt: skip
def test_a_place_told_in_words_is_resolved(place: str, full_names: list[str]) -> None:
    assert names(queries.resolve_place(place, on=TODAY)) == full_names


def villages(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["code,name,level", *lines]), encoding="utf-8-sig")
    return path


def test_villages_load_on_top_and_twice_is_once(tmp_path: Path) -> None:
    file = villages(tmp_path / "villages.csv", "610104001001,青年路社区居委会,village", "441900003001,岗贝社区居委会,village")
    assert divisions.load_villages(file) == 2
    assert divisions.load_villages(file) == 0
    village = Division.objects.get(pk="610104001001")
    assert (village.full_name, village.level, village.parent_id) == (
        "陕西省西安市莲湖区青年路街道青年路社区居委会",
        Level.VILLAGE,
        "610104001",
    )
    assert Division.objects.get(pk="441900003001").full_name == "广东省东莞市东城街道岗贝社区居委会"
    assert rules.prefecture_of(village.code) == "6101"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("610104999001,某村,village", "第 3 行：没有上级区划 610104999"),
        ("61010400100x,某村,village", "第 3 行：“61010400100x”不是区划代码"),
        ("610104001002,某村,township", "第 3 行：代码 610104001002 的级别不是 township"),
        ("610104001002,,village", "第 3 行：名称应为 1 至 60 字"),
    ],
)
def test_a_bad_line_refuses_the_whole_file_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    file = villages(tmp_path / "villages.csv", "610104001001,青年路社区居委会,village", line)
    with pytest.raises(Refusal) as refusal:
        divisions.load_villages(file)
    assert str(refusal.value) == said
    assert not Division.objects.filter(level=Level.VILLAGE).exists()


def test_loading_the_edition_again_changes_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        divisions.load_national()


def test_a_division_to_come_is_refused_by_its_day() -> None:
    Division.objects.filter(pk="610104").update(valid_from=date(2026, 10, 1))
    with pytest.raises(Refusal) as refusal:
        queries.division_for("610104", on=TODAY)
    assert str(refusal.value) == "“陕西省西安市莲湖区”自 2026-10-01 起启用。 请选择现行区划。"
    assert queries.division_for("610104", on=date(2026, 10, 1)).code == "610104"


@pytest.mark.parametrize(
    ("code", "first", "last", "count"),
    [
        (None, "11", "65", 31), ("61", "6101", "6110", 10), ("42", "4201", "429021", 17), ("11", "110101", "110119", 16),
        ("4419", "441900003", "441900404", 36), ("6202", "620201001", "620201102", 5), ("610104", "610104001", "610104009", 9),
        ("4290", "429004", "429021", 4), ("610104003", "", "", 0),
    ],
)  # fmt: skip
def test_directly_below_stands_what_placeholders_hold(code: str | None, first: str, last: str, count: int) -> None:
    codes = sorted(each.code for each in queries.directly_below(code))
    assert (codes[:1], codes[-1:], len(codes)) == ([first][:count], [last][:count], count)


def test_villages_below_an_ended_township_end_with_it(tmp_path: Path) -> None:
    Division.objects.filter(pk="610104001").update(valid_to=TODAY, successor="610104003")
    divisions.load_villages(villages(tmp_path / "villages.csv", "610104001001,青年路社区居委会,village"))

    village = Division.objects.get(pk="610104001001")
    assert (village.valid_to, village.successor_id) == (TODAY, "610104003")
