"""The rulebooks: the versions of one's own division, a version table by table, a row of a draft."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hutong.desks import access
from hutong.desks.rulebook.forms import RowForm, Sure
from hutong.desks.rulebook.pages import book_for, head, keepers, now, readers
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.rulebook import actions, queries
from hutong.hotline.rulebook.models import Row, Rulebook
from hutong.hotline.rulebook.tables import TABLES, Key, Table, Yes


@readers
@require_GET
def index(request: access.DeskRequest) -> HttpResponse:
    """The versions of one's own division, drafts below that wait for approval, and what is inherited from."""
    versions, at = list(queries.versions(request.post)), now()
    in_force = queries.in_force(request.post.office.division_id, at)
    context = {
        "own": request.post.office.division,
        "versions": versions,
        "in_force": in_force,
        "draft": next((book for book in versions if book.state == "draft"), None),
        "drafts_below": queries.drafts_below(request.post) if queries.keeps(request.post) else (),
        "above": queries.books_above(request.post, at),
        "keeps": queries.keeps(request.post),
    }
    return render(request, "rulebook/index.html", context)


@keepers
@require_POST
def begin(request: access.DeskRequest) -> HttpResponse:
    """A new draft, with the rows of the newest version."""
    try:
        draft = actions.begin(by=request.post, at=now())
    except Refusal as refusal:
        access.denied(request, refusal)
        messages.warning(request, str(refusal))
        return redirect("rulebook:index")
    messages.success(request, _("已起草第 %(number)d 版。改动只在草稿里，批准后才生效。") % {"number": draft.number})
    return redirect("rulebook:book", draft.pk)


@readers
@require_GET
def book(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """A table of a version: own rows, and those that are inherited."""
    found, table = book_for(request, book_id), _table(request)
    rows = table.sorted(queries.effective(table.model, table.key, book=found, at=now()))
    context = head(request, found, table.name) | {"table": table, "groups": _grouped(table, found, rows)}
    context["columns"] = [column for column in table.columns if column.name not in (*table.key, "basis")]
    return render(request, "rulebook/book.html", context)


def _grouped(table: Table, book: Rulebook, rows: list[Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows under what their first column says."""
    groups: dict[str, list[dict[str, Any]]] = {}
    first, *others = table.keys
    for row in rows:
        shown = table.shown(row)
        name = " · ".join(shown[column.name] for column in others if getattr(row, column.name) != "")
        said = {
            "name": name or (_("其余") if others else shown[first.name]),
            "cells": [_cell(column, row, shown) for column in table.columns if column.name not in (*table.key, "basis")],
            "basis": row.basis,
            "is_own": row.rulebook_id == book.pk,
            "origin": row.rulebook,
            "address": address("row", book, table, table.key_of(row)),
        }
        groups.setdefault(shown[first.name] if others else "", []).append(said)
    return list(groups.items())


def _cell(column: Any, row: Row, shown: dict[str, str]) -> tuple[str, str]:
    """A cell with its label; what is not so is left blank."""
    blank = isinstance(column, Yes) and not getattr(row, column.name)
    return str(column.label), "" if blank else shown[column.name]


def address(name: str, book: Rulebook, table: Table, key: Key | None = None) -> str:
    """The address of a page about a table, or about a row of it."""
    query = {"table": table.name} | ({"key": [str(value) for value in key]} if key else {})
    return reverse(f"rulebook:{name}", args=[book.pk], query=query)


def _table(request: access.DeskRequest) -> Table:
    name = request.GET.get("table", "limits")
    if name not in TABLES:
        raise Http404
    return TABLES[name]


def _key(request: access.DeskRequest, table: Table) -> Key | None:
    """The row that an address names; none for a new one."""
    written = request.GET.getlist("key")
    if not written:
        return None
    try:
        return tuple(column.read(text) for column, text in zip(table.keys, written, strict=True))
    except (Refusal, ValueError):
        raise Http404 from None


@keepers
@require_http_methods(["GET", "POST"])
def row(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """A row of a draft: changed, set apart from the inherited one, or added."""
    draft, table = book_for(request, book_id), _table(request)
    key = _key(request, table)
    shown, own = (queries.row(table, key, book=draft, at=now()) if key else None), None
    if key and shown is None:
        raise Http404
    if shown and shown.rulebook_id == draft.pk:
        own = shown
    form = RowForm(request.POST or None, by=request.post, table=table, shown=shown, own=own, is_new=key is None)
    if request.method == "POST" and form.carry_out(request, partial(_write, draft, table, key)):
        messages.success(request, _("已保存在草稿中。"))
        return redirect(address("book", draft, table))
    form.focus()
    context = head(request, draft, table.name) | {
        "form": form, "table": table, "name": table.named(key) if key else "", "own": own, "shown": shown,
        "back": address("book", draft, table), "remove": address("remove", draft, table, key) if own else "",
    }  # fmt: skip
    return render(request, "rulebook/row.html", context, status=422 if form.errors else 200)


def _write(draft: Rulebook, table: Table, key: Key | None, *, by: Any, at: Any, **written: Any) -> Row:
    named = dict(zip(table.key, key, strict=True)) if key else {}
    return actions.write_row(draft.pk, table, written | named, by=by, at=at, is_new=key is None)


@keepers
@require_http_methods(["GET", "POST"])
def remove(request: access.DeskRequest, book_id: UUID) -> HttpResponse:
    """Take an own row out of a draft; what is inherited holds again."""
    draft, table = book_for(request, book_id), _table(request)
    key = _key(request, table)
    if key is None:
        raise Http404
    form = Sure(request.POST or None, by=request.post)
    back = address("book", draft, table)
    if request.method == "POST" and form.carry_out(request, partial(actions.remove_row, draft.pk, table, key)):
        messages.success(request, _("已移除。有上级规定的，沿用上级。"))
        return redirect(back)
    context = head(request, draft, table.name) | {
        "form": form, "back": back, "title": _("移除“%(name)s”") % {"name": table.named(key)}, "button": _("移除"), "danger": True,
        "note": _("移除本级这一条后，沿用上级的规定；上级没有的，就没有这一条。"),
    }  # fmt: skip
    return render(request, "rulebook/form.html", context, status=422 if form.errors else 200)
