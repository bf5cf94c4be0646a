"""What is timed: one row for each thing that a person does, with its target and the bare question behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from bench.people import User
from bench.product import ORIGIN
from hutong.hotline.cases.models import Case, CaseContact, Event
from hutong.hotline.cases.queries import visible_to
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.network.models import Post

TOLD = "我是楼上的邻居，孩子晚上一个人在家，哭了很久，敲门没有大人应。上个星期也有过一回，麻烦派人去看看，最好别说是我讲的。"
NOTED = "再次致电报告人，补充了住址；孩子今晚由姑姑照看，明早再联系学校核实。"
SHEET = {
    "channel": "phone", "narrative": TOLD, "tier": "III", "is_anonymous": "no", "name": "测试人", "phone": "13900001234",
    "wants_answer": "phone", "call_back": "reporter_only", "children-TOTAL_FORMS": "1", "children-INITIAL_FORMS": "0",
    "children-0-name": "小雨", "children-0-age": "7", "children-0-sex": "female", "children-0-tell_guardian": "on",
    "children-0-lawful_basis": "statutory_duty", "parties-TOTAL_FORMS": "0", "parties-INITIAL_FORMS": "0", "version": "1",
    "end": "case_opened",
}  # fmt: skip
NOBODY = httpx.Client(base_url=ORIGIN)
TRIES = 5
RARE, MIDDLING, COMMON = "千层石榴", "烟头", "奶奶"

WRITE = """INSERT INTO audit_entry (id, at, verb, subject, detail) VALUES (gen_random_uuid(), now(), 'benched', 'bench', '{}')"""
OPEN = """SELECT c.*, e.* FROM cases_case c JOIN cases_event e ON e.case_id = c.id WHERE c.id = %(case)s ORDER BY e.seq DESC LIMIT 60"""
WORK = """SELECT * FROM cases_case WHERE holder_id = %(office)s AND stage <> 'closed' ORDER BY due_at LIMIT 50"""
UNTOUCHED = """SELECT count(*) FROM cases_case WHERE holder_id = %(office)s AND stage <> 'closed' AND touched_at IS NULL"""
OPEN_BY_LEAD = """SELECT lead_id, count(*), count(missed_at) FROM cases_case WHERE stage <> 'closed' GROUP BY lead_id"""
SEARCH = """
    SELECT count(*) FROM cases_case WHERE centre_id = %(office)s AND id IN (
      SELECT l.case_id FROM contacts_contact t JOIN cases_contact l ON l.contact_id = t.id
      WHERE hutong_bigrams(t.narrative) @@ %(pairs)s::tsquery AND t.narrative LIKE %(like)s
      UNION SELECT case_id FROM cases_event WHERE hutong_bigrams(text) @@ %(pairs)s::tsquery AND text LIKE %(like)s
      UNION SELECT id FROM cases_case WHERE hutong_bigrams(title) @@ %(pairs)s::tsquery AND title LIKE %(like)s)"""


@dataclass(frozen=True)
class Step:
    """Something a person does: its name, the 95th percentile that it may take (milliseconds, at one user), and how it is done."""

    name: str
    target: int | None
    do: Callable[[User], None]
    sql: str = ""  # the floor: the same question, bare
    word: str = ""  # that is searched


def register(user: User) -> None:
    """The operator's sheet, with a reporter and a child, handed in as a new case."""
    user.send(f"/operator/?sheet={new_id()}", SHEET | {"place": user.place})


def open_case(user: User) -> None:
    """The page of a case, the look recorded."""
    user.get(f"/cases/{next(user.cases)}")


def my_work(user: User) -> None:
    """The work list, due first."""
    user.get("/cases/work")


def note(user: User) -> None:
    """A note from the page of a case."""
    user.send(f"/cases/{next(user.cases)}/do/note", {"text": NOTED, "once": str(new_id()), "seen": "0"})


def search(word: str) -> Callable[[User], None]:
    """A word over all texts."""

    def do(user: User) -> None:
        user.get(f"/cases/search?q={quote(word)}")

    return do


def shift_board(user: User) -> None:
    """The centre's board."""
    user.get("/shift/")


def province_board(level: str) -> Callable[[User], None]:
    """The board of the province above; the worker has counted the days that are over by the time of these steps."""

    def do(user: User) -> None:
        user.get_above(f"/province/?by={level}")

    return do


def ask_nothing(user: User) -> None:
    """A page that asks nothing of the database, without a session."""
    NOBODY.get("/account/sign-in").raise_for_status()


BOARDS = (
    Step("the shift's board", 100, shift_board, UNTOUCHED),
    Step("the province's board by prefecture", 100, province_board("prefecture"), OPEN_BY_LEAD),
    Step("the province's board by county", 100, province_board("county"), OPEN_BY_LEAD),
)
STEPS = (
    Step("register a contact as a case", 20, register, WRITE),
    Step("open a case", 25, open_case, OPEN),
    Step("my work by deadline", 15, my_work, WORK),
    Step("add a note", 15, note, WRITE),
    Step(f"search a rare word ({RARE})", 25, search(RARE), SEARCH, RARE),
    Step(f"search a middling word ({MIDDLING})", 25, search(MIDDLING), SEARCH, MIDDLING),
    Step(f"search a common word ({COMMON})", None, search(COMMON), SEARCH, COMMON),
    *BOARDS,
    Step("floor: a page without a question", None, ask_nothing, "SELECT 1"),
)


def words(step: Step, user: User, case: UUID) -> dict[str, Any]:
    """What the bare question asks about."""
    pairs = " & ".join(f"'{step.word[place : place + 2]}'" for place in range(len(step.word) - 1))
    return {"case": case, "office": user.post.office_id, "pairs": pairs, "like": f"%{step.word}%"}


def every_hit_is_found(step: Step, user: User) -> int:
    """How many cases the page finds; as many as looking at every text finds, once the worker moved none between the two."""
    for _try in range(TRIES):
        page = user.get(f"/cases/search?q={quote(step.word)}").text
        shown = re.search(r"找到 ([\d,]+) 件", page)
        found, there = int(shown[1].replace(",", "")) if shown else 0, looked_up(user.post, step.word)
        if found == there:
            return found
    raise RuntimeError(f"{step.word}: the page finds {found} of {there}")


def looked_up(post: Post, word: str) -> int:
    """The cases that this person may see with the word in any text, by LIKE."""
    holding: set[UUID] = set(Case.objects.filter(title__contains=word).values_list("pk", flat=True))
    holding |= set(CaseContact.objects.filter(contact__narrative__contains=word).values_list("case", flat=True))
    holding |= set(Event.objects.filter(text__contains=word).values_list("case", flat=True))
    return len(holding & set(visible_to(post).values_list("pk", flat=True)))
