"""The pages of orders: who reaches which, that they ask no more questions with more rows, and the letter."""

import re
from io import BytesIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.shared import Mm

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.contacts.models import Draft
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.supervision import actions
from hutong.hotline.supervision.models import Order
from tests.cast import PEOPLE, office, post
from tests.clients import signed_in
from tests.loop import START, case_at

pytestmark = pytest.mark.django_db
WORDS = "请查明没有按时上门的原因。\n今天见到孩子本人。"


def ordered(*, to: str = "lianhu", by: str = "zhou") -> Order:
    """An order about an office."""
    return actions.order_office(office=office(to), subject="值班无人接听", text=WORDS, by=post(by), at=START)


def ordered_about_a_case() -> Order:
    return actions.order(case_at("handling").pk, office=office("lianhu"), subject="见到孩子", text=WORDS, by=post("zhou"), at=START)


def get(who: str, name: str, *args: object, **query: object) -> HttpResponse:
    return signed_in(who).get(reverse(f"supervision:{name}", args=args, query=query or None))  # type: ignore[return-value]


def do(who: str, order: Order, code: str, *, seen: int | None = None, **typed: str) -> HttpResponse:
    """Hand in the form of a deed as the page does."""
    seen = Order.objects.get(pk=order.pk).version if seen is None else seen
    sheet = {"seen": seen, "once": new_id(), "version": "1", **typed}
    return signed_in(who).post(reverse("supervision:act", args=[order.pk, code]), sheet, headers={"HX-Request": "true"})  # type: ignore[return-value]


# --- who


def test_only_those_to_whom_and_by_whom_it_is_see_an_order() -> None:
    order = ordered_about_a_case()
    seen = {who for who in PEOPLE if get(who, "order", order.pk).status_code == 200}
    assert seen == {"lu", "zhou", "tan", "wang", "ma"}
    assert AuditEntry.objects.filter(verb="looked", subject="order", subject_id=order.pk).count() == len(seen)


def test_who_may_not_see_the_case_sees_the_order_and_nothing_of_the_case() -> None:
    order = ordered_about_a_case()
    case = order.case
    assert case is not None
    assert case.number in get("ma", "order", order.pk).content.decode()
    assignments.propose_transfer(case.pk, office=office("changan"), by=post("wang"), at=START, seen=None, text="搬家")
    assignments.settle_transfer(case.pk, by=post("zhou"), at=START, seen=None)
    assignments.accept_transfer(case.pk, by=post("bai"), at=START, seen=None)
    for page in (get("ma", "order", order.pk), get("ma", "orders")):
        shown = page.content.decode()
        assert "见到孩子" in shown
        assert case.number not in shown
        assert case.title not in shown


def test_only_who_issues_orders_has_the_form_and_the_page_of_an_office() -> None:
    assert {who for who in PEOPLE if get(who, "new").status_code == 200} == {"lu", "zhou", "tan", "qin", "song"}
    assert {who for who in PEOPLE if get(who, "office", office("lianhu").pk).status_code == 200} == {"lu", "zhou", "tan", "song"}
    assert get("zhou", "new", office="no-id").status_code == 404


@pytest.mark.parametrize(("who", "codes"), [("ma", {"receive_order"}), ("zhou", {"withdraw_order"})])
def test_the_buttons_are_what_would_be_done_and_the_rest_says_why_not(who: str, codes: set[str]) -> None:
    order = ordered()
    shown = get(who, "order", order.pk).content.decode()
    assert set(re.findall(r"hx-get=\"[^\"]*/do/(\w+)\"", shown)) == codes
    assert "这份督办单现在是“待签收”，不能做这一步。" in shown


# --- the deeds


def test_a_deed_goes_back_to_the_page_and_one_without_words_keeps_the_form() -> None:
    order = ordered()
    assert do("ma", order, "receive_order").headers["HX-Redirect"] == reverse("supervision:order", args=[order.pk])
    answer = do("ma", order, "answer_order", text="")
    assert answer.status_code == 422
    assert "请写明：怎样办的，结果怎样。" in answer.content.decode()


def test_a_stale_form_shows_what_happened_and_keeps_what_was_typed() -> None:
    order = ordered()
    do("ma", order, "receive_order")
    answer = do("zhou", order, "withdraw_order", seen=1, text="已电话说清")
    shown = answer.content.decode()
    assert (answer.status_code, "签收督办单" in shown, "已电话说清" in shown) == (409, True, True)
    assert 'name="seen" value="2"' in shown


def test_a_form_that_is_not_open_says_why() -> None:
    shown = get("ma", "act", ordered().pk, "answer_order").content.decode()
    assert "这份督办单现在是“待签收”" in shown
    assert 'type="submit"' not in re.sub(r"<header.*?</header>", "", shown, flags=re.DOTALL)
    assert get("ma", "act", Order.objects.get().pk, "order").status_code == 404


def test_a_draft_comes_back_until_the_deed_is_done_and_a_late_one_is_not_kept() -> None:
    order, once = ordered(), new_id()
    do("ma", order, "receive_order")
    client, sheet = signed_in("ma"), {"once": once, "seen": "2", "version": "1", "text": "写到一半"}
    address = reverse("supervision:draft", args=[order.pk, "answer_order"])
    client.post(address, sheet)
    assert "写到一半" in get("ma", "act", order.pk, "answer_order").content.decode()
    assert "有草稿" in get("ma", "order", order.pk).content.decode()
    client.post(reverse("supervision:act", args=[order.pk, "answer_order"]), sheet | {"text": "写完了"})
    client.post(address, sheet)
    assert not Draft.objects.exists()
    assert Order.objects.get().answer == "写完了"


def test_a_new_order_that_is_refused_keeps_what_was_typed_and_names_each_fault() -> None:
    sheet = {"office": "宝鸡市12349热线中心", "subject": "", "text": "请说明", "once": new_id(), "version": "1"}
    answer = signed_in("zhou").post(reverse("supervision:new"), sheet)
    shown = answer.content.decode()
    assert (answer.status_code, "请说明" in shown) == (422, True)
    assert not Order.objects.exists()


def test_a_new_order_handed_in_twice_is_one_and_its_draft_is_gone() -> None:
    client = signed_in("zhou")
    sheet = {"office": "莲湖区民政局", "subject": "值班", "text": "请说明", "once": str(new_id()), "version": "1"}
    client.post(reverse("supervision:new_draft"), sheet)
    assert Draft.objects.get().form == "order_office"
    for _again in range(2):
        answer = client.post(reverse("supervision:new"), sheet)
        assert answer.headers["Location"] == reverse("supervision:order", args=[sheet["once"]])
    client.post(reverse("supervision:new_draft"), sheet)
    assert (Order.objects.count(), Draft.objects.count()) == (1, 0)


# --- regions and questions


@pytest.mark.parametrize("who", ["ma", "zhou"])
def test_the_region_alone_is_the_region_on_the_page(who: str) -> None:
    order, client = ordered(), signed_in(who)
    for address in (reverse("supervision:order", args=[order.pk]), reverse("supervision:orders")):
        whole, alone = (client.get(address, headers=headers).content.decode() for headers in ({}, {"HX-Request": "true"}))
        same = [re.sub(r"\s+|(还剩|已超) ?[^<]+", "", text) for text in (alone, whole)]
        assert same[0] in same[1]


def test_the_mark_on_the_bar_counts_what_waits_for_this_office() -> None:
    ordered()
    ordered(by="song")
    assert '<span class="count">' in get("ma", "waiting").content.decode()
    assert re.search(r"</span>2</span>", get("ma", "waiting").content.decode())
    assert get("zhou", "waiting").content.decode().strip() == ""


@pytest.mark.parametrize(("who", "name"), [("ma", "orders"), ("zhou", "orders"), ("zhou", "order"), ("ma", "order"), ("zhou", "office")])
def test_the_pages_ask_the_same_number_of_questions_however_much_there_is(who: str, name: str) -> None:
    order, counts = ordered_about_a_case(), []
    ordered()
    actions.receive_order(order.pk, by=post("wang"), at=START)
    args = {"orders": [], "order": [order.pk], "office": [office("lianhu").pk]}[name]
    for _again in range(2):
        client = signed_in(who)
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse(f"supervision:{name}", args=args))
        counts.append(len(caught))
        for _row in range(4):
            ordered()
            actions.answer_order(order.pk, by=post("wang"), at=START, text="已办")
            actions.refuse_order_answer(order.pk, by=post("zhou"), at=START, text="不够")
    assert counts[0] == counts[1]


# --- the letter


def test_the_letter_has_the_usual_form_and_its_export_is_recorded() -> None:
    order = ordered()
    letter = reverse("supervision:letter", args=[order.pk])
    answer = signed_in("ma").post(letter)
    document = Document(BytesIO(answer.content))
    lines = [line.text for line in document.paragraphs if line.text]
    assert lines == [
        "西安市12349热线中心",
        "西安市督办〔2026〕1号",
        "督办单",
        "值班无人接听",
        "莲湖区民政局：",
        "请查明没有按时上门的原因。",
        "今天见到孩子本人。",
        "请于2026年9月15日17时30分前签收，并在签收后5个工作日内答复。",
        "西安市12349热线中心",
        "2026年9月14日",
    ]
    page = document.sections[0]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(margin / Mm(1)) for margin in margins if margin] == [37, 35, 28, 26]
    fonts = set(re.findall(r'w:eastAsia="([^"]+)"', document.element.xml))
    assert fonts == {"仿宋_GB2312", "方正小标宋简体", "黑体"}
    assert "filename*=UTF-8''%E8%A5%BF" in answer.headers["Content-Disposition"]
    assert AuditEntry.objects.filter(verb="exported", subject="order", subject_id=order.pk).count() == 1
    assert signed_in("bai").post(letter).status_code == 404
    assert timezone.localtime(order.issued_at).year == order.year
