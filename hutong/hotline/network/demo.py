"""The demo network: the notice's pilots with invented people. The same every time."""

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.kernel.secrets.sealing import Key
from hutong.hotline.network import factors, rules
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Approval, Charge, Department, Division, Level, Office, OfficeKind, Post, Role, Staff

SINCE = date(2020, 9, 1)
PASSWORD = "hutong-12349"  # noqa: S105 told to everybody: nothing of the demo is real
# 民政部 2020 年 9 月试点: whole provinces (江西 广西 贵州 陕西 青海) and single prefectures
# (包头 大连 苏州 杭州 台州 衢州 洛阳 武汉 荆州 孝感 鄂州 广州 德阳 广元).
PROVINCES = ("36", "45", "52", "61", "63")
PREFECTURES = ("1502", "2102", "3205", "3301", "3310", "3308", "4103", "4201", "4210", "4209", "4207", "4401", "5106", "5108")

AROUND = {code[:2] for code in PREFECTURES}  # their provinces, for the bureau alone
BODIES = {
    Level.PROVINCE: ("PB", OfficeKind.PROVINCE_BUREAU, "{}民政厅"),
    Level.PREFECTURE: ("HC", OfficeKind.HOTLINE_CENTRE, "{}12349热线中心"),
    Level.COUNTY: ("CB", OfficeKind.COUNTY_BUREAU, "{}民政局"),
}

# What a department is called, with the name of its division: at the prefecture, in a county, in a city's district.
NAMES = {
    Department.POLICE: ("{}公安局", "{}公安局", "{}公安分局"),
    Department.PROCURATORATE: ("{}人民检察院",) * 3,
    Department.COURT: ("{}中级人民法院", "{}人民法院", "{}人民法院"),
    Department.JUSTICE: ("{}司法局",) * 3,
    Department.EDUCATION: ("{}教育局",) * 3,
    Department.HEALTH: ("{}卫生健康委员会", "{}卫生健康局", "{}卫生健康局"),
    Department.DISABLED_FEDERATION: ("{}残疾人联合会",) * 3,
    Department.WOMEN_FEDERATION: ("{}妇女联合会",) * 3,
    Department.YOUTH_LEAGUE: ("共青团{}委员会",) * 3,
    Department.HUMAN_RESOURCES: ("{}人力资源和社会保障局",) * 3,
    Department.MEDICAL_INSURANCE: ("{}医疗保障局",) * 3,
    Department.CYBERSPACE: ("{}互联网信息办公室",) * 3,
    Department.MARKET_REGULATION: ("{}市场监督管理局",) * 3,
}
POSTS = {
    OfficeKind.PROVINCE_BUREAU: (Role.SUPERVISOR, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR),
    OfficeKind.HOTLINE_CENTRE: (*(Role.OPERATOR,) * 4, Role.SHIFT_LEAD, Role.COORDINATOR, Role.COORDINATOR),
    OfficeKind.COUNTY_BUREAU: (Role.COORDINATOR, Role.CASE_WORKER, Role.CASE_WORKER),
    OfficeKind.DEPARTMENT: (Role.LIAISON,),
    OfficeKind.MINISTRY: (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SECURITY_OFFICER),
}
# 数据负责人: who answers for an office and approves who in it may look at minors' data.
ANSWERS = {
    OfficeKind.MINISTRY: (Role.SUPERVISOR,),
    OfficeKind.PROVINCE_BUREAU: (Role.SUPERVISOR,),
    OfficeKind.HOTLINE_CENTRE: (Role.COORDINATOR,),
    OfficeKind.COUNTY_BUREAU: (Role.COORDINATOR,),
}
PURPOSE = "办理个案"
# Memorable sign-ins: where, as what, and how they are introduced.
KNOWN = {
    "jiexian": ("HC-6101", Role.OPERATOR, "接线员 · 西安市12349热线中心"),
    "zhiban": ("HC-6101", Role.SHIFT_LEAD, "值班长，兼协调员 · 西安市12349热线中心"),
    "xietiao": ("HC-6101", Role.COORDINATOR, "协调员 · 西安市12349热线中心"),
    "quxian": ("CB-610104", Role.COORDINATOR, "协调员 · 莲湖区民政局"),
    "gean": ("CB-610104", Role.CASE_WORKER, "个案专员 · 莲湖区民政局"),
    "jiaoyu": ("DP-610104-education", Role.LIAISON, "部门联络员 · 莲湖区教育局"),
    "xietiao2": ("HC-6103", Role.COORDINATOR, "协调员 · 宝鸡市12349热线中心"),
    "sheng": ("PB-61", Role.SUPERVISOR, "督导员 · 陕西省民政厅"),
    "guanli": ("PB-61", Role.ADMINISTRATOR, "管理员 · 陕西省民政厅"),
    "anquan": ("PB-61", Role.SECURITY_OFFICER, "安全管理员 · 陕西省民政厅"),
    "shenji": ("PB-61", Role.AUDITOR, "审计员 · 陕西省民政厅"),
}
SIGN_INS = [(username, PASSWORD, who) for username, (_office, _role, who) in KNOWN.items()]
SECOND_POST = ("zhiban", "HC-6101", Role.COORDINATOR)  # so that the choice of post is seen

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "安宁静远敏新海兰雪平磊涛风圆岚洁明华丽军勇艳芳娟秀英杰婷超慧鹏丹峰琳燕博文浩宇欣怡晨阳思源雨桐嘉怀瑾"
    "若溪知行清和望舒景行子衿沐言亦凡书瑶云舟"
)


@transaction.atomic
def load() -> None:
    """Load the offices, people and posts of the pilots. Safe to run again. Raises Refusal where a real network stands."""
    if Staff.objects.filter(username=next(iter(KNOWN))).exists():
        _approve()
        return
    if Office.objects.exists():
        sentence = _("这个数据库已有机构，不能装入演示网络：演示账号的密码人人知道。")
        raise Refusal(Reason("real_network", sentence, _("请另用一个数据目录，或不带 --demo 启动。")))
    offices = {office.code: office for office in _offices()}
    Office.objects.bulk_create(offices.values(), batch_size=2000)
    people = list(_people(offices))
    Staff.objects.bulk_create([post.staff for post in people], batch_size=2000)
    by_sign_in = {post.staff.username: post.staff for post in people}
    username, code, role = SECOND_POST
    people.append(Post(staff=by_sign_in[username], office=offices[code], role=role, valid_from=SINCE))
    Post.objects.bulk_create(people, batch_size=2000)
    key = factors.sealing_key()
    Authenticator.objects.bulk_create([_codes(staff, key) for staff in by_sign_in.values()], batch_size=2000)
    _put_in_charge(people)
    _approve()


def _put_in_charge(people: list[Post]) -> None:
    """A supervisor answers for each bureau, a coordinator for each centre and county."""
    answering: dict[UUID, Post] = {}
    for post in people:
        if post.role in ANSWERS.get(OfficeKind(post.office.kind), ()):
            answering.setdefault(post.office_id, post)
    Charge.objects.bulk_create((Charge(office=post.office, post=post, at=timezone.now()) for post in answering.values()), batch_size=2000)


def _approve() -> None:
    """For a year from today, whoever reads cases and has no approval that runs: by who answers for the office, or for the one above."""
    at = timezone.now()
    today = timezone.localdate(at)
    answering = {charge.office_id: charge.post for charge in Charge.objects.filter(ended_at=None).select_related("post")}
    posts = Post.objects.exclude(role__in=rules.THREE).exclude(network.is_approved(OuterRef("pk"), on=today)).select_related("office")
    Approval.objects.bulk_create(
        (
            Approval(post=post, purpose=PURPOSE, valid_from=today, valid_to=today + timedelta(days=365), by=by, at=at)
            for post in posts
            if (by := answering.get(post.office_id) or answering.get(post.office.parent_id or post.office_id))
        ),
        batch_size=2000,
    )


def secret(username: str) -> str:
    """The secret of a demo person's codes, known to everybody: the second step is there as in service, and no switch turns it off."""
    return base64.b32encode(hmac.digest(b"hutong-demo", username.encode(), hashlib.sha1)).decode()


def code(username: str, *, at: datetime) -> str:
    """The code of a demo person now."""
    return factors.code_at(secret(username), factors.step_of(at))


def _codes(staff: Staff, key: Key) -> Authenticator:
    return Authenticator(user=staff, type=factors.CODE, data={"secret": factors.sealed(secret(staff.username), staff, key)})


def _offices() -> Iterator[Office]:
    """Each after the one that it answers to."""
    ministry = Office(code="MCA", name="民政部", kind=OfficeKind.MINISTRY, valid_from=SINCE)
    yield ministry
    above: dict[str, Office] = {}
    for division in Division.objects.filter(level__in=BODIES, valid_to=None, is_placeholder=False).order_by("code"):
        code = division.code
        if code in AROUND or code[:2] in PROVINCES or code[:4] in PREFECTURES:
            letters, kind, name = BODIES[Level(division.level)]
            above[code] = _new(letters, kind, division, above.get(rules.up(code), ministry), name)
            yield above[code]
            if division.level != Level.PROVINCE:
                yield from _departments(division, above[code])


def _new(letters: str, kind: OfficeKind, division: Division, parent: Office, name: str, department: str = "") -> Office:
    code = f"{letters}-{division.code}" + (f"-{department}" if department else "")
    return Office(
        code=code, name=name.format(division.name), kind=kind, department=department, division=division, parent=parent, valid_from=SINCE
    )


def _departments(division: Division, parent: Office) -> Iterator[Office]:
    place = 0 if division.level == Level.PREFECTURE else 2 if division.name.endswith("区") else 1
    for department, names in NAMES.items():
        yield _new("DP", OfficeKind.DEPARTMENT, division, parent, names[place], department)


def _people(offices: dict[str, Office]) -> Iterator[Post]:
    """A person for every post of every office; sign-ins say where and as what: hc-6101-operator1."""
    dice = random.Random(12349)  # noqa: S311 names, not secrets
    password = make_password(PASSWORD)
    known = {(office, role): username for username, (office, role, _who) in KNOWN.items()}
    for office in offices.values():
        count: dict[Role, int] = {}
        for role in POSTS[OfficeKind(office.kind)]:
            count[role] = count.get(role, 0) + 1
            username = known.pop((office.code, role), "") or f"{office.code.lower()}-{role}{count[role]}"
            name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2))))
            staff = Staff(username=username, name=name, password=password)
            yield Post(staff=staff, office=office, role=role, valid_from=SINCE)
