"""Contracts of outsourced offices: made by the administrator of the level above, and ended before their time."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hutong.desks import access
from hutong.desks.office import forms
from hutong.desks.office.offices import office_for, page_of
from hutong.desks.office.pages import Page, administrators, form_page
from hutong.hotline.network import contracting, contracts


@administrators
@access.stepped_up
@require_http_methods(["GET", "POST"])
def new(request: access.DeskRequest, office_id: UUID) -> HttpResponse:
    """From when until when the office works for whom, and what of their cases it is given."""
    office = office_for(request, office_id)
    form = forms.NewContract(request.POST or None, by=request.post, office=office)
    page = Page(
        title=_("登记“%(office)s”的合同") % {"office": office.name}, button=_("登记"), done=_("合同已登记。"), back=page_of(office),
        note=_("登记第一份合同后，这个机构只能在合同期内、只能看合同内的个案；合同一到期，全部岗位立即停止使用。合同不能续改，只能另登一份或提前结束。"),
    )  # fmt: skip
    return form_page(request, form, partial(contracting.add_contract, office=office), page)


@administrators
@access.stepped_up
@require_http_methods(["GET", "POST"])
def end(request: access.DeskRequest, contract_id: UUID) -> HttpResponse:
    """End a contract before its time."""
    contract = access.reached(request, contracts.in_reach(request.post), contract_id)
    form = forms.EndContract(request.POST or None, by=request.post)
    page = Page(
        title=_("提前结束合同“%(name)s”") % {"name": contract.name}, button=_("提前结束"), done=_("合同已提前结束。"),
        back=page_of(contract.office), danger=True, note=_("从这一天起，没有其他合同时，这个机构的全部岗位立即停止使用。"),
    )  # fmt: skip
    return form_page(request, form, partial(contracting.end_contract, contract=contract), page)
