"""The named people of the tests, in a small part of Shaanxi. Every name is invented."""

from datetime import date

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from hutong.hotline.network.models import Approval, Charge, Department, Office, OfficeKind, Post, Role, Staff
from hutong.hotline.network.rules import THREE

PASSWORD = "a-quiet-night-2026"
SINCE = date(2020, 1, 1)

# code: (name, kind, department, division, parent)
OFFICES = {
    "mca": ("民政部", OfficeKind.MINISTRY, "", None, None),
    "shaanxi": ("陕西省民政厅", OfficeKind.PROVINCE_BUREAU, "", "61", "mca"),
    "xian": ("西安市12349热线中心", OfficeKind.HOTLINE_CENTRE, "", "6101", "shaanxi"),
    "baoji": ("宝鸡市12349热线中心", OfficeKind.HOTLINE_CENTRE, "", "6103", "shaanxi"),
    "lianhu": ("莲湖区民政局", OfficeKind.COUNTY_BUREAU, "", "610104", "xian"),
    "changan": ("长安区民政局", OfficeKind.COUNTY_BUREAU, "", "610116", "xian"),
    "qishan": ("岐山县民政局", OfficeKind.COUNTY_BUREAU, "", "610323", "baoji"),
    "lianhu-education": ("莲湖区教育局", OfficeKind.DEPARTMENT, Department.EDUCATION, "610104", "lianhu"),
    "lianhu-police": ("莲湖区公安分局", OfficeKind.DEPARTMENT, Department.POLICE, "610104", "lianhu"),
}

# sign-in: (name, role, office)
PEOPLE = {
    "xu": ("徐宁", Role.OPERATOR, "xian"),
    "he": ("何静", Role.OPERATOR, "xian"),
    "lu": ("陆远", Role.SHIFT_LEAD, "xian"),
    "zhou": ("周敏", Role.COORDINATOR, "xian"),
    "tan": ("谭新", Role.COORDINATOR, "xian"),
    "wang": ("王海", Role.CASE_WORKER, "lianhu"),
    "ma": ("马兰", Role.COORDINATOR, "lianhu"),
    "bai": ("白雪", Role.CASE_WORKER, "changan"),
    "cui": ("崔平", Role.COORDINATOR, "changan"),
    "shi": ("石磊", Role.LIAISON, "lianhu-education"),
    "jiang": ("江涛", Role.LIAISON, "lianhu-police"),
    "qin": ("秦风", Role.COORDINATOR, "baoji"),
    "fang": ("方圆", Role.CASE_WORKER, "qishan"),
    "song": ("宋岚", Role.SUPERVISOR, "shaanxi"),
    "gao": ("高洁", Role.ADMINISTRATOR, "shaanxi"),
    "ning": ("宁静", Role.SECURITY_OFFICER, "shaanxi"),
    "an": ("安宁", Role.AUDITOR, "shaanxi"),
}


def load() -> None:
    """Write the cast into an empty database."""
    offices: dict[str, Office] = {}
    for code, (name, kind, department, division, parent) in OFFICES.items():
        offices[code] = Office.objects.create(
            code=code, name=name, kind=kind, department=department, division_id=division, parent=offices.get(parent or ""), valid_from=SINCE
        )
    password = make_password(PASSWORD)
    for username, (name, role, office) in PEOPLE.items():
        staff = Staff.objects.create(username=username, name=name, password=password)
        Post.objects.create(staff=staff, office=offices[office], role=role, valid_from=SINCE)
    approve(*Post.objects.all())


def approve(*posts: Post) -> None:
    """《条例》第三十六条: Song answers for the province and has approved these posts, year after year; others answer for themselves."""
    song = Post.objects.get(staff__username="song", office__code="shaanxi")
    Charge.objects.get_or_create(office=song.office, post=song, ended_at=None, defaults={"at": timezone.now()})
    here = [each for each in posts if (each.office.division_id or "").startswith("61")]
    Charge.objects.bulk_create(
        Charge(office=each.office, post=each, at=timezone.now()) for each in posts if each not in here and each.role not in THREE
    )
    Approval.objects.bulk_create(
        Approval(post=each, purpose="办理个案", valid_from=date(year, 1, 1), valid_to=date(year + 1, 1, 1), by=song, at=timezone.now())
        for each in here
        if each.staff_id != song.staff_id and each.role not in THREE
        for year in range(SINCE.year, timezone.localdate().year + 5)
    )


def post(username: str) -> Post:
    """The post of a member of the cast."""
    return Post.objects.select_related("staff", "office", "office__parent", "office__division").get(staff__username=username)


def office(code: str) -> Office:
    """An office of the cast."""
    return Office.objects.get(code=code)
