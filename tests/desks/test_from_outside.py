"""What is asked for by other sites, in clear, by odd methods or at odd places; and which of two values counts."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.cases.models import Event
from hutong.hotline.contacts.models import Contact
from hutong.hotline.network.models import Session, Staff
from hutong.hotline.rulebook.models import Rulebook
from hutong.hotline.supervision import actions as supervision
from tests import cast
from tests.abuse.matrix import Matrix
from tests.clients import signed_in
from tests.desks.api.software import Software
from tests.desks.operator.sheets import typed
from tests.desks.test_every_answer import body, in_service  # noqa: F401 a fixture
from tests.desks.test_everything_is_logged import views
from tests.loop import case_at

pytestmark = pytest.mark.django_db
LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
ASKED = {  # how a browser asks on behalf of a page of another site
    "a picture": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "a script": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    "a frame": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "a fetch": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("asked", ASKED)
def test_another_sites_page_loads_nothing_of_ours(site: str, asked: str) -> None:
    """Not even with cookies: a neighbouring host of the same department gets strict ones along."""
    client = signed_in("zhou")
    for address in ("/cases/work", "/static/js/frame.js", "/api/openapi.json"):
        answer = client.get(address, headers={"Sec-Fetch-Site": site, **ASKED[asked]})
        assert answer.status_code == 403, address
        assert "请求来自别的网站" in answer.content.decode()
        own = client.get(address, headers={"Sec-Fetch-Site": "same-origin", **ASKED[asked]})
        assert own.status_code == 200
        assert body(own)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_form_changes_nothing_and_its_link_leads_here(site: str) -> None:
    client = signed_in("xu")
    there = {"Sec-Fetch-Site": site, **LINK}
    assert client.post(reverse("account:sign_out"), headers=there).status_code == 403
    assert Session.objects.get().ended_at is None
    assert client.get("/operator/", headers=there).status_code == 302


def test_no_link_takes_a_file_or_says_why_in_somebodys_name() -> None:
    """Another site can lead a browser along any link, and one step of our own brings the cookies along (`SameSiteMiddleware`)."""
    case = case_at("handling")
    order = supervision.order(
        case.pk, office=cast.office("lianhu"), subject="见到孩子", text="请今天见到", by=cast.post("zhou"), at=timezone.now()
    )
    child = reverse("audit:child", args=[case.child_links.get().child_id])
    lu, files = signed_in("lu"), [reverse("supervision:letter", args=[order.pk]), child, f"{child}?why=own_check&as=csv"]
    assert [lu.get(file).status_code for file in files] == [405, 200, 200]
    assert signed_in("gao").get(reverse("office:export", args=["offices"])).status_code == 405
    assert signed_in("song").get(reverse("rulebook:export", args=[Rulebook.objects.get().pk])).status_code == 405
    assert not AuditEntry.objects.filter(verb__in=["asked_who_saw", "export_asked", "exported", "network_exported", "rulebook_exported"])


def test_what_was_asked_in_clear_leads_a_person_on_and_software_nowhere(in_service: None) -> None:  # noqa: F811
    page = Client().get("/account/sign-in?next=/cases/work")
    assert (page.status_code, page["Location"]) == (301, "https://testserver/account/sign-in?next=/cases/work")
    software = Software.of("zhou")
    answer = software.get("cases")
    assert (answer.status_code, answer.json()["code"]) == (403, "in_clear")


def test_the_browser_forgets_when_somebody_signs_out_and_still_knows_the_machine() -> None:
    answer = signed_in("xu").post(reverse("account:sign_out"))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache", "storage"')


def test_no_address_gives_back_what_came_by_trace() -> None:
    matrix, clients = Matrix.made(), (Client(), signed_in("zhou"))
    for name, takes, _view in views(get_resolver()):
        if name == "api:None":  # whatever is no address of the API
            continue
        address = reverse(name, kwargs={**matrix.given(name, takes), **dict.fromkeys({"factor_id"} & set(takes), 1)})
        for client in clients:
            answer = client.generic("TRACE", address, headers={"X-Secret": "wordofmouth"})
            assert answer.status_code in {302, 401, 403, 404, 405}, name
            assert b"wordofmouth" not in body(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.git/", "/.env", "/manage.py", "/requirements.txt", "/hutong/project/settings.py", "/data/keys.json",
        "/static/.git/config", "/static/../manage.py", "/static/js/../../../project/settings.py", "/static/%2e%2e/%2e%2e/manage.py",
        "/static//etc/passwd", "/static/", "/static/js/", "/static/css", "/static/sip.js/",
        "/static/js/frame.js~", "/static/js/frame.js.bak",
    ],
)  # fmt: skip
def test_nothing_is_served_but_what_is_meant_and_no_folder_is_listed(path: str) -> None:
    for client in (Client(), signed_in("gao")):
        answer = client.get(path)
        assert answer.status_code == 404
        assert b'href="frame.js' not in answer.content


def test_what_stands_in_the_address_is_no_part_of_a_form() -> None:
    """Nor is a cookie: a field is looked for where it belongs, and nowhere else."""
    client = signed_in("xu")
    client.cookies["language"] = "en"
    assert client.post(f"{reverse('account:language')}?language=en").status_code == 400
    sheet = reverse("operator:desk", query={**typed(narrative="写在地址里的话"), "sheet": "01900000-0000-7000-8000-000000000001"})
    assert client.post(sheet, {}).status_code in {302, 422}
    assert not Contact.objects.filter(narrative__contains="地址里").exists()


def test_of_two_values_the_last_counts_everywhere() -> None:
    client = signed_in("xu")
    client.post(reverse("account:language"), {"language": ["en", "zh-hans"]})
    assert Staff.objects.get(pk=cast.post("xu").staff_id).language == "zh-hans"
    client.post(reverse("account:language"), "language=zh-hans&language=en", content_type="application/x-www-form-urlencoded")
    assert Staff.objects.get(pk=cast.post("xu").staff_id).language == "en"


def test_software_that_says_a_thing_twice_is_heard_the_last_time() -> None:
    case = case_at("handling")
    twice = f'{{"seen": 0, "text": "甲处", "text": "乙处", "seen": {case.version}}}'.encode()
    software = Software.of("zhou")
    answer = Client().generic(
        "POST", f"/api/cases/{case.pk}/actions/note", twice, "application/json", headers={"Authorization": f"Bearer {software.key}"}
    )  # fmt: skip
    assert answer.status_code == 200, answer.content.decode()
    assert list(Event.objects.filter(case=case, action="note").values_list("text", flat=True)) == ["乙处"]
