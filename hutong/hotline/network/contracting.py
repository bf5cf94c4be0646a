"""What an administrator does with contracts: making one, and ending one before its time. None is prolonged: another is made."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hutong.hotline.audit import actions as audit
from hutong.hotline.network import queries, rules, storing
from hutong.hotline.network.contracts import MAY_BE_OUTSOURCED
from hutong.hotline.network.models import Contract, Office, OfficeKind, Post
from hutong.hotline.network.storing import hold, must_end_later, must_stand, refuse, save

ORDERERS = (OfficeKind.MINISTRY, OfficeKind.PROVINCE_BUREAU, OfficeKind.HOTLINE_CENTRE)


def _must_be_above(by: Post | None, office: Office) -> None:
    """The level above contracts with an office, never the office with itself."""
    keeps = by is None or (by.role == rules.KEEPS["network"] and by.office_id != office.pk and queries.answers_to(office, by.office))
    if not keeps:
        raise refuse("out_of_reach", _("合同由上级机构的管理员登记。"), _("请联系上级机构的管理员。"))


@transaction.atomic
def add_contract(
    *, office: Office, orderer: Office, name: str, given: Collection[str], valid_from: date, valid_to: date, by: Post | None, at: datetime
) -> Contract:  # fmt: skip
    """An office works by contract from a day until before another. From its first contract on it never works without one."""
    _must_be_above(by, office)
    hold(*{office.pk: office, orderer.pk: orderer}.values())
    must_stand(office, valid_from, "valid_from")
    if orderer.kind not in ORDERERS or not queries.answers_to(office, orderer):
        raise refuse("wrong_orderer", _("委托方应是本机构所属的热线中心或省级、部级民政部门。"), field="orderer")
    if office.kind not in MAY_BE_OUTSOURCED:
        raise refuse("not_outsourced", _("这类机构不能购买服务或委托。"))
    if valid_to <= valid_from:
        raise refuse("bad_day", _("合同的止期应在起期之后。"), field="valid_to")
    contract = Contract(office=office, orderer=orderer, name=storing.name(name, Contract), given=sorted(given))
    contract.valid_from, contract.valid_to = valid_from, valid_to
    save(contract, force_insert=True)
    audit.record("contract_added", by=by, at=at, subject="office", subject_id=office.pk, contract=str(contract.pk), fields=sorted(given))
    return contract


@transaction.atomic
def end_contract(*, contract: Contract, on: date, by: Post | None, at: datetime) -> None:
    """A contract ends on a day before its last; from then on everybody of the office is refused unless another runs."""
    _must_be_above(by, contract.office)
    hold(contract)
    must_end_later(contract, on, "on")
    if on >= contract.valid_to:
        raise refuse("contract_later", _("合同到 %(day)s 为止，只能提前结束。") % {"day": contract.valid_to}, field="on")
    contract.valid_to = on
    save(contract)
    audit.record("contract_ended", by=by, at=at, subject="office", subject_id=contract.office_id, contract=str(contract.pk))
