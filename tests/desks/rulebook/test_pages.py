"""The pages of the rulebooks: who comes how far, what is shown, what is kept."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network.models import Role
from hutong.hotline.rulebook import actions
from hutong.hotline.rulebook.models import Limit, Rulebook
from hutong.hotline.rulebook.tables import TABLES
from hutong.hotline.trials import actions as trials
from hutong.hotline.trials import timers
from hutong.hotline.trials.models import RulebookTrial
from tests import network
from tests.clients import signed_in
from tests.loop import START, case_at
from tests.network import administrator, jiangxi
from tests.rulebooks import LIMIT, a_draft, in_force, tried

pytestmark = pytest.mark.django_db
ROW = LIMIT | {"amount": "9", "warn_at": "50、80"}
HANDLING = {"table": "limits", "key": ["III", "handling", ""]}


def address(name: str, *args: object, **query: Any) -> str:
    return reverse(f"rulebook:{name}", args=args, query=query or None)


def form(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a browser sends it: a box that is not ticked is not there."""
    return {name: value for name, value in row.items() if value is not False}


@pytest.fixture
def nan() -> Client:
    """Xi'an's administrator."""
    administrator("nan", "xian")
    return signed_in("nan")


@pytest.fixture
def draft(nan: Client) -> Rulebook:
    nan.post(address("begin"))
    return Rulebook.objects.get(state="draft")


def edit(client: Client, draft: Rulebook, row: dict[str, Any], **query: Any) -> HttpResponse:
    """Open the form of a row, change what is said, save."""
    where = address("row", draft.pk, **(query or HANDLING))
    seen = client.get(where).context["form"]["seen"].value()
    return client.post(where, form(row) | {"seen": seen})


@pytest.mark.parametrize("username", ["xu", "zhou", "lu", "an", "wang", "shi"])
def test_the_pages_are_for_administrators_and_supervisors(username: str) -> None:
    book = Rulebook.objects.get()
    for where in (address("index"), address("book", book.pk), address("changes", book.pk), address("export", book.pk)):
        assert signed_in(username).get(where).status_code == 403


def test_an_administrator_of_a_department_keeps_no_rulebook() -> None:
    network.post("bo", "薄云", Role.ADMINISTRATOR, "lianhu-police")
    assert signed_in("bo").get(address("index")).status_code == 403


def test_a_supervisor_reads_and_changes_nothing() -> None:
    draft, client = a_draft("61", {}, at=START), signed_in("song")
    for name in ("book", "changes", "ask"):
        assert client.get(address(name, draft.pk)).status_code == 200
    for where in (address("begin"), address("row", draft.pk, **HANDLING), address("remove", draft.pk, **HANDLING),
                  address("approve", draft.pk), address("withdraw", draft.pk), address("file", draft.pk)):  # fmt: skip
        assert client.post(where).status_code == 403
    client.post(address("ask", draft.pk), {"days": "7"})
    assert not RulebookTrial.objects.exists()


def test_drafts_of_other_places_are_not_there() -> None:
    jiangxi()
    administrator("lan", "lianhu")
    drafts = {code: a_draft(code, at=START).pk for code in (None, "36", "61", "6101", "610104")}
    trial = trials.ask(drafts["36"], days=7, by=None, at=START)

    def status(who: str) -> list[int]:
        return [signed_in(who).get(address("book", pk)).status_code for pk in drafts.values()]

    assert (status("gao"), status("wen"), status("lan")) == (
        [404, 404, 200, 200, 200], [404, 200, 404, 404, 404], [404, 404, 404, 404, 200],
    )  # fmt: skip
    for name in ("trial", "progress"):
        assert signed_in("gao").get(address(name, trial.pk)).status_code == 404
        assert signed_in("gao").get(address(name, uuid4())).status_code == 404


def test_a_version_of_a_level_above_can_be_read() -> None:
    administrator("lan", "lianhu")
    for book in (Rulebook.objects.get(), in_force("6101", {}, at=START)):
        page = signed_in("lan").get(address("book", book.pk))
        assert (page.status_code, "修改</a>" in page.content.decode()) == (200, False)


def test_the_versions_the_drafts_below_and_what_is_inherited(nan: Client) -> None:
    in_force("6101", {}, at=START)
    in_force("61", {}, at=START)
    below = a_draft("610104", at=START)
    context = nan.get(address("index")).context
    assert [book.number for book in context["versions"]] == [1]
    assert [book.division_id for book in context["above"]] == ["61", None]
    assert list(context["drafts_below"]) == [below]


def test_a_draft_is_begun_once(nan: Client) -> None:
    for _time in range(2):
        nan.post(address("begin"))
    assert Rulebook.objects.filter(division="6101").count() == 1
    assert "已有一份草稿" in nan.get(address("index")).content.decode()


def test_own_rows_are_told_from_inherited_ones(nan: Client, draft: Rulebook) -> None:
    edit(nan, draft, ROW)
    page = nan.get(address("book", draft.pk)).content.decode()
    assert page.count('class="own"') == 1
    assert page.count('class="inherited"') == Limit.objects.filter(rulebook__division=None).count() - 1


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_each_table_is_shown_and_saved_as_it_stands(nan: Client, draft: Rulebook, table: str) -> None:
    groups = nan.get(address("book", draft.pk, table=table)).context["groups"]
    where = groups[0][1][0]["address"]
    shown = nan.get(where).context["form"]
    typed = {name: shown[name].value() for name in shown.fields}
    answer = nan.post(where, {name: value for name, value in typed.items() if value is not False})
    assert (answer.status_code, TABLES[table].model.objects.filter(rulebook=draft).count()) == (302, 1)
    assert TABLES[table].differing(*TABLES[table].sorted(TABLES[table].model.objects.filter(pk__in=same(table, draft)))) == []


def same(table: str, draft: Rulebook) -> list[Any]:
    """The draft's row and the nation's of its name."""
    own = TABLES[table].model.objects.get(rulebook=draft)
    key = {name: getattr(own, name) for name in TABLES[table].key}
    return list(TABLES[table].model.objects.filter(**key).values_list("pk", flat=True))


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(nan: Client, draft: Rulebook) -> None:
    answer = edit(nan, draft, ROW | {"amount": "很多", "basis": "", "warn_at": "80、50"})
    page = answer.context["form"]
    assert (answer.status_code, page.errors) == (422, {"amount": ["“很多”不是整数。"], "basis": ["请填写。"]})
    assert (page["amount"].value(), page["warn_at"].value()) == ("很多", "80、50")
    answer = edit(nan, draft, ROW | {"amount": "251", "warn_at": "80、50"})
    assert set(answer.context["form"].errors) == {"amount", "warn_at"}
    assert not Limit.objects.filter(rulebook=draft).exists()


def test_a_new_row_takes_its_name_too_and_one_that_is_there_is_not_added_twice(nan: Client, draft: Rulebook) -> None:
    row = {"category": "hardship", "position": "9", "text": "有暖气吗？", "basis": "市里"}
    assert edit(nan, draft, row, table="questions").status_code == 302
    answer = edit(nan, draft, row, table="questions")
    assert answer.context["form"].errors == {"position": ["已有这一条。 请在表中找到它再修改。"]}


def test_two_who_change_one_row_at_once_are_told(nan: Client, draft: Rulebook) -> None:
    where = address("row", draft.pk, **HANDLING)
    seen = nan.get(where).context["form"]["seen"].value()
    edit(nan, draft, ROW | {"amount": "7"})
    answer = nan.post(where, form(ROW) | {"seen": seen})
    assert "刚有他人改了这一条" in str(answer.context["form"].non_field_errors())
    assert Limit.objects.get(rulebook=draft).amount == 7
    answer = nan.post(where, form(ROW) | {"seen": answer.context["form"]["seen"].value()})
    assert (answer.status_code, Limit.objects.get(rulebook=draft).amount) == (302, 9)


def test_an_own_row_is_taken_out_and_the_inherited_holds_again(nan: Client, draft: Rulebook) -> None:
    edit(nan, draft, ROW)
    assert "移除本级这一条" in nan.get(address("row", draft.pk, **HANDLING)).content.decode()
    assert nan.post(address("remove", draft.pk, **HANDLING), {"sure": "yes"}).status_code == 302
    assert not Limit.objects.filter(rulebook=draft).exists()
    answer = nan.post(address("remove", draft.pk, **HANDLING), {"sure": "yes"})
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (422, ["本级没有这一条。"])


@pytest.mark.parametrize(
    "query", [{"table": "laws"}, {"table": "limits", "key": ["V", "handling", ""]}, {"table": "limits", "key": ["III"]},
              {"table": "routes", "key": ["hardship", "没有", ""]}],
)  # fmt: skip
def test_a_row_that_cannot_be_is_not_there(nan: Client, draft: Rulebook, query: dict[str, Any]) -> None:
    for name in ("row", "remove") if query["table"] != "routes" else ("row",):
        assert nan.get(address(name, draft.pk, **query)).status_code == 404


def test_a_draft_is_approved_by_a_second_person_once_it_is_tried(nan: Client, draft: Rulebook) -> None:
    network.post("bei", "北辰", Role.ADMINISTRATOR, "xian")
    second = signed_in("bei")
    edit(nan, draft, ROW)
    assert nan.get(address("book", draft.pk)).context["not_approved"] == actions.SECOND_PERSON
    assert second.get(address("book", draft.pk)).context["not_approved"] == actions.NOT_TRIED
    assert second.post(address("approve", draft.pk), {"valid_from": ""}).status_code == 422
    tried(draft, at=timezone.now())
    assert nan.post(address("approve", draft.pk), {"valid_from": ""}).status_code == 422
    past = second.post(address("approve", draft.pk), {"valid_from": "2020-01-01T00:00"})
    assert past.context["form"].errors == {"valid_from": ["生效时间不能在现在之前。 留空即批准后立即生效。"]}
    tomorrow = timezone.localtime() + timedelta(days=1)
    assert second.post(address("approve", draft.pk), {"valid_from": f"{tomorrow:%Y-%m-%dT%H:%M}"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by.username) == ("approved", "bei")  # type: ignore[union-attr]


def test_a_draft_is_withdrawn(nan: Client, draft: Rulebook) -> None:
    assert nan.post(address("withdraw", draft.pk), {"sure": "yes"})["Location"] == address("index")
    draft.refresh_from_db()
    assert draft.state == "withdrawn"


def test_the_changes_are_told_with_what_was_and_what_would_be(nan: Client, draft: Rulebook) -> None:
    edit(nan, draft, ROW)
    page = nan.get(address("changes", draft.pk)).content.decode()
    assert "<del>15</del> → <ins>9</ins>" in page
    assert "III 一般 · 处置" in page


def test_a_trial_is_asked_for_watched_and_read() -> None:
    administrator("ping", "mca")
    draft, client = a_draft("61", {"amount": 1}, at=START), signed_in("gao")
    case = case_at("handling", at=timezone.now() - timedelta(days=6))
    where = client.post(address("ask", draft.pk), {"days": "7"})["Location"]
    trial = RulebookTrial.objects.get()
    assert 'hx-trigger="every 1s"' in client.get(where).content.decode()
    timers.advance(at=timezone.now())
    answer = client.get(address("progress", trial.pk))
    region = answer.content.decode()
    assert answer["HX-Refresh"] == "true"  # the head of the page has changed too
    assert region in client.get(where).content.decode()
    assert ("every 1s" in region, case.number in region, "莲湖区民政局" in region) == (False, True, True)
    assert "1/1 件" in region
    link = reverse("cases:case", args=[case.pk])
    assert (link in region, link in signed_in("song").get(where).content.decode()) == (False, True)  # administrators read no cases
    actions.write_row(draft.pk, TABLES["limits"], LIMIT | {"amount": 2}, by=None, at=timezone.now())
    assert "请重新试算" in client.get(where).content.decode()


def test_a_trial_of_days_without_a_case_says_that_nothing_was_tried() -> None:
    administrator("ping", "mca")
    draft, client = a_draft("61", {"amount": 1}, at=START), signed_in("gao")
    where = client.post(address("ask", draft.pk), {"days": "7"})["Location"]
    timers.advance(at=timezone.now())
    page = client.get(where).content.decode()
    assert ("这段时间没有个案" in page, "0/0" in page, "时限没有变化" in page) == (True, False, False)


def test_a_trial_of_other_days_is_refused(nan: Client, draft: Rulebook) -> None:
    for days in ("8", "", "x"):
        answer = nan.post(address("ask", draft.pk), {"days": days}, follow=True)
        assert "请选择试算最近 7、30 或 90 天。" in answer.content.decode()


def test_a_spreadsheet_goes_out_is_changed_tried_and_agreed_to(nan: Client, draft: Rulebook) -> None:
    answer = nan.post(address("export", draft.pk))
    assert answer["Content-Disposition"].startswith('attachment; filename="rulebook-6101-1-')
    workbook = load_workbook(io.BytesIO(answer.content))
    limits = workbook["时限"]
    place = next(row[0].row for row in limits.iter_rows() if [cell.value for cell in row[:2]] == ["III 一般", "处置"])
    limits.cell(place, 4).value = 9
    out = io.BytesIO()
    workbook.save(out)
    shown = nan.post(address("file", draft.pk), {"file": SimpleUploadedFile("r.xlsx", out.getvalue())})
    assert [line.name for line in shown.context["lines"]] == ["III 一般 · 处置"]
    assert not Limit.objects.filter(rulebook=draft).exists()
    agreed = {"lines": shown.context["kept"], "agreed": shown.context["report"].mark}
    assert nan.post(address("file", draft.pk), agreed)["Location"] == address("changes", draft.pk)
    assert Limit.objects.get(rulebook=draft).amount == 9
    assert AuditEntry.objects.filter(verb="rulebook_exported").count() == 1


@pytest.mark.parametrize("given", [{"lines": ""}, {"lines": "?"}, {"lines": "[[1]]"}, {"lines": "7"}])
def test_a_file_that_is_none_is_said_so(nan: Client, draft: Rulebook, given: dict[str, str]) -> None:
    answer = nan.post(address("file", draft.pk), given)
    assert (answer.status_code, answer.context["form"].errors) == (422, {"file": ["请选择文件。"]})


def queries(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(where).status_code == 200
    return len(caught)


def test_a_page_asks_the_same_number_of_questions_however_much_there_is(nan: Client, draft: Rulebook) -> None:
    wheres = [address("index"), address("changes", draft.pk), address("ask", draft.pk), address("row", draft.pk, **HANDLING),
              *(address("book", draft.pk, table=table) for table in TABLES)]  # fmt: skip
    few = [queries(nan, where) for where in wheres]
    for county, steps in (("610104", ("intake", "review")), ("610116", ("reply",))):
        a_draft(county, *({"step": step} for step in steps), at=START)
    for step in ("intake", "review", "reply"):
        actions.write_row(draft.pk, TABLES["limits"], LIMIT | {"step": step}, by=None, at=timezone.now())
        trials.ask(draft.pk, days=7, by=None, at=timezone.now())
    assert [queries(nan, where) for where in wheres] == few
    assert max(few) < 22
