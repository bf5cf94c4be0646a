"""Files for other offices: a .docx with the mark on every page, a .csv in which nothing runs, a package with its digests, signed."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash
from django.utils import timezone
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from hutong.hotline.audit import keys
from hutong.hotline.audit.rules import Signed
from hutong.hotline.network.rules import neutral

LIST, SIGNATURE = "清单.json", "签名.json"
GREY = RGBColor(0x80, 0x80, 0x80)
FONT = "仿宋_GB2312"
Rows = Iterable[Mapping[str, Any]]


def sheet(rows: Rows, *, mark: str) -> bytes:
    """A .csv with the mark in its last row; no cell is taken for a formula. With the sign by which a spreadsheet knows UTF-8."""
    out, found = io.StringIO(), list(rows)
    writer = csv.writer(out)
    if found:
        writer.writerow(list(found[0]))
        writer.writerows([neutral(str(cell)) for cell in row.values()] for row in found)
    writer.writerow([neutral(mark)])
    return ("\ufeff" + out.getvalue()).encode()


def paper(title: str, sections: Mapping[str, Rows], *, mark: str, at: datetime, tables: bool = False) -> bytes:
    """A document: a heading for each section, its rows as facts one below the other, or as a table; the mark on every page."""
    document = Document()
    _settle(document, title, mark, at)
    if tables:
        _turn(document)
    for name, rows in sections.items():
        found = list(rows)
        document.add_heading(f"{name}（{len(found)}）" if not tables else name, level=2)
        if tables:
            _table(document, found)
            continue
        for row in found:
            document.add_paragraph("\n".join(f"{label}：{value}" for label, value in row.items() if value not in ("", None)))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _settle(document: Any, title: str, mark: str, at: datetime) -> None:
    """Page, fonts, the mark above and below; nothing is said of who wrote it, or by which program."""
    section, known = document.sections[0], document.core_properties
    section.page_width, section.page_height = Mm(210), Mm(297)
    known.author = known.last_modified_by = known.comments = ""
    known.title, known.created, known.modified = title, at, at
    for level in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[level]
        style.font.name, style.font.color.rgb = FONT, RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    document.styles["Normal"].font.size = Pt(11)
    for place in (section.header, section.footer):
        paragraph = place.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(mark)
        run.font.size, run.font.color.rgb = Pt(9), GREY
    document.add_heading(title, level=1)


def _turn(document: Any) -> None:
    """Paper lies across for tables, in smaller words: upright, a dozen columns would hold two characters each."""
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, section.page_height, section.page_width
    section.left_margin = section.right_margin = Mm(15)
    document.styles["Normal"].font.size = Pt(9)


def _table(document: Any, rows: list[Mapping[str, Any]]) -> None:
    if not rows:
        document.add_paragraph("无")
        return
    table = document.add_table(rows=1, cols=len(rows[0]), style="Table Grid")
    for cell, label in zip(table.rows[0].cells, rows[0], strict=True):
        cell.text = label
    head = document.element.body.tbl_lst[-1].tr_lst[0]
    head.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # it stands on every page
    for row in rows:
        for cell, value in zip(table.add_row().cells, row.values(), strict=True):
            cell.text = str(value)


def package(files: Mapping[str, bytes], *, about: Mapping[str, Any], at: datetime, key: Path) -> bytes:
    """A .zip of the files with the list of their digests (SHA-256 and SM3), signed by the key of the audit log."""
    listed = {name: {"sha256": sha256(content).hexdigest(), "sm3": sm3(content)} for name, content in files.items()}
    signed = keys.sign(json.dumps({**about, "files": listed}, ensure_ascii=False, sort_keys=True, indent=1), key)
    signature = json.dumps({"key": signed.key, "signature": signed.signature}, indent=1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, LIST: signed.statement.encode(), SIGNATURE: signature.encode()}.items():
            entry = zipfile.ZipInfo(name, timezone.localtime(at).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def faults(path: Path, known: frozenset[str]) -> list[str]:
    """What is wrong with a package: with its signature, or with a file that was changed, added or taken out."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
            count = len(archive.namelist())
        statement, said = files.pop(LIST).decode(), json.loads(files.pop(SIGNATURE))
        listed = json.loads(statement)["files"]
        signed = Signed(statement, said["key"], said["signature"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        return ["is no package of ours, or its list cannot be read"]
    wrong = [] if keys.is_signed(signed, known) else ["the list is signed by nobody known here"]
    wrong += ["holds two files of one name"] if count != len(files) + 2 else []
    wrong += [f"{name} is not on the list" for name in sorted(set(files) - set(listed))]
    wrong += [f"{name} is missing" for name in sorted(set(listed) - set(files))]
    for name in sorted(set(files) & set(listed)):
        if {"sha256": sha256(files[name]).hexdigest(), "sm3": sm3(files[name])} != listed[name]:
            wrong.append(f"{name} was changed")
    return wrong


def sm3(content: bytes) -> str:
    """The SM3 digest of a file."""
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize().hex()
