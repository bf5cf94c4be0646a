"""An order as an official letter in a .docx, laid out as GB/T 9704-2012 says: margins, type, the places of number, addressee and date."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.dateformat import format as date_format
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from hutong.hotline.cases.actions.guarding import must_not_be_told
from hutong.hotline.supervision import queries
from hutong.hotline.supervision.models import Order

FANGSONG, XIAOBIAOSONG, HEITI = "仿宋_GB2312", "方正小标宋简体", "黑体"
BODY, TITLE, HEAD = Pt(16), Pt(22), Pt(30)  # 三号, 二号, 发文机关标志
LINE = Pt(28.95)  # 22 lines on a page
INDENT = 2 * BODY  # two characters
RED = RGBColor(0xE6, 0x00, 0x12)
# An official letter is in Chinese, whoever prints it.
NAME = "督办单"
NOT_TOLD = "本案不得告知监护人：办理中不答复、不通知、不询问监护人。"
LIMITS = "请于{due}前签收，并在签收后{answer}内答复。"
UNITS = {"minute": "分钟", "day": "日", "working_minute": "分钟（工作时间）", "working_day": "个工作日"}
BEFORE_BORDERS = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")  # what the schema puts after them
LEFT, CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def letter(order: Order) -> bytes:
    """The letter as a file."""
    document = Document()
    document.core_properties.author = document.core_properties.comments = ""  # nothing of who made it, or by which program
    _page(document)
    _rule(_line(document, order.issuer.name, font=XIAOBIAOSONG, size=HEAD, align=CENTRE, colour=RED))
    _line(document, order.number, align=RIGHT)
    _line(document, "")
    _line(document, NAME, font=XIAOBIAOSONG, size=TITLE, align=CENTRE)
    _line(document, order.subject, font=HEITI, align=CENTRE)
    _line(document, "")
    _line(document, f"{order.office.name}：")
    for paragraph in order.text.split("\n"):
        _line(document, paragraph, indent=True)
    if order.case and must_not_be_told(order.case):
        _line(document, NOT_TOLD, font=HEITI, indent=True)
    _line(document, _limits(order), indent=True)
    _line(document, "")
    for signed in (order.issuer.name, date_format(timezone.localtime(order.issued_at), "Y年n月j日")):
        _line(document, signed, align=RIGHT, right=4 * BODY)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def disposition(order: Order) -> str:
    """The header that names the file, in Chinese."""
    return f"attachment; filename*=UTF-8''{quote(f'{order.number}.docx')}"


def _limits(order: Order) -> str:
    """By when it must be signed for, and how long the answer may take."""
    receipt, answer = queries.limits_of(order)
    due = date_format(timezone.localtime(receipt.due_at), "Y年n月j日H时i分")
    return LIMITS.format(due=due, answer=f"{answer.amount}{UNITS[answer.unit]}")


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.size, style.paragraph_format.space_after = BODY, Pt(0)
    style.paragraph_format.line_spacing_rule, style.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    _font(style, FANGSONG)


def _line(
    document: Any,
    text: str,
    *,
    font: str = FANGSONG,
    size: Pt = BODY,
    align: Any = LEFT,
    indent: bool = False,
    right: int = 0,
    colour: Any = None,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.first_line_indent, shape.right_indent = INDENT if indent else None, right or None
    if size > LINE:
        shape.line_spacing_rule = WD_LINE_SPACING.SINGLE
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = size, colour
    _font(run, font)
    return paragraph


def _font(styled: Any, name: str) -> None:
    """Word takes the font of Chinese letters from an attribute of its own."""
    styled.font.name = name
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _rule(paragraph: Any) -> None:
    """The red line below the issuer: thick above thin."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in {"val": "thickThinSmallGap", "sz": "24", "space": "6", "color": "E60012"}.items():
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(borders, *BEFORE_BORDERS)
