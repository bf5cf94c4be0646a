"""`hutong administrator 61 li 李静`: the first administrator of a province; with `--security`, the security officer.

The administrator sets up offices on screen, the security officer everybody else. They are two people (三员分立).
"""

import argparse
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from hutong.hotline.network import actions, queries, resetting, rules
from hutong.hotline.network.models import Division, Office, OfficeKind, Role
from hutong.project.installing import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `hutong administrator` understands."""
    parser.add_argument("province", help="its two-digit code, such as 61")
    parser.add_argument("username", help="for signing in")
    parser.add_argument("name", help="of the person")
    parser.add_argument("--security", action="store_true", help="the security officer, who gives posts, passwords and keys")


def run(options: argparse.Namespace) -> int:
    """The command. Prints a password, once."""
    at = timezone.now()
    today, role = timezone.localdate(at), Role.SECURITY_OFFICER if options.security else Role.ADMINISTRATOR
    with transaction.atomic():
        office = _bureau(queries.division_for(options.province, on=today), at)
        staff = actions.add_staff(
            username=options.username, name=options.name, phone="", office=office, role=role, valid_from=today, by=None, at=at
        )
        password = resetting.set_password(staff=staff, by=None, at=at)
    say(f"{office.name}\n  {staff.username}  {password}   shown once")
    return 0


def _bureau(province: Division, at: datetime) -> Office:
    """The bureau of a province; set up, below the ministry, where there is none."""
    today = timezone.localdate(at)
    standing = Office.objects.filter(queries.stands(today))
    if bureau := standing.filter(kind=OfficeKind.PROVINCE_BUREAU, division=province).first():
        return bureau
    ministry = standing.filter(kind=OfficeKind.MINISTRY).first() or actions.add_office(
        code="MCA", name="民政部", kind=OfficeKind.MINISTRY, division=None, parent=None, valid_from=today, by=None, at=at
    )
    name = "民政局" if province.code in rules.MUNICIPALITIES else "民政厅"
    return actions.add_office(
        code=f"PB-{province.code}", name=province.name + name, kind=OfficeKind.PROVINCE_BUREAU, division=province, parent=ministry,
        valid_from=today, by=None, at=at,
    )  # fmt: skip
