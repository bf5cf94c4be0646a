"""Who sees what of a case, as one table: the section and field, how the post stands to the case, and what is shown. Pure.

Read `TABLE` without knowing Python: a line is a field, a column is a standing, a cell says what stands on every page, list,
document and answer. Whatever shows a person asks `Sight`; docs/sight.md is drawn from here, and a test holds the pages to it.
Least authority and a purpose (PIPL 28; 未成年人网络保护条例 36): being given the case is the purpose of who acts, and ends with it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases.rules import DESK, FIELD, PSYCHOLOGISTS, Situation
from hutong.hotline.kernel import masks
from hutong.hotline.kernel.refusals import Reason
from hutong.hotline.people.rules import UNNAMED

# What is shown, from less to more. HIDDEN: nothing, and nobody asks. ASKED: nothing, until one says why. MASKED: a part; the rest
# to who says why. PLAIN: all of it.
HIDDEN, ASKED, MASKED, PLAIN = "hidden", "asked", "masked", "plain"
LEVELS = (HIDDEN, ASKED, MASKED, PLAIN)
LEVEL_LABELS = {HIDDEN: _("不显示"), ASKED: _("说明理由后显示"), MASKED: _("部分隐去，说明理由后显示"), PLAIN: _("显示")}
NAME_HIDDEN = _("姓名已隐去")
# Purposes that end: while the case is open; while the centre speaks with who reported, and writes down what they say.
WORK, TALK = "work", "talk"
TALKING = frozenset({"intake", "assessment", "reply", "follow_up"})
PURPOSES: Mapping[str, tuple[str | Promise, Callable[[str], bool]]] = {
    WORK: (_("办理期间显示，办结后部分隐去"), lambda stage: stage != "closed"),
    TALK: (_("受理、研判、答复、回访时显示，其余时候部分隐去"), lambda stage: stage in TALKING),
}

# How a post stands to a case: by which relation of its office, in which roles (none named: any). `other` is who may look and no more.
STANDINGS: Mapping[str, tuple[str | Promise, Mapping[str, frozenset[str]]]] = {
    "worker": (_("经办人"), {"worker": frozenset()}),
    "desk": (_("受理中心接线台"), {"centre": DESK}),
    "centre": (_("受理中心其他岗位"), {"centre": frozenset()}),
    "lead": (_("主办机构"), {"lead": FIELD | DESK, "holder": FIELD | DESK}),
    "part": (_("协办、转介、会商机构"), {"part": frozenset(), "receiver": frozenset()}),
    "above": (_("上级与裁定机构"), {name: frozenset() for name in ("above_lead", "province", "decider", "issuer", "addressee")}),
    "emergency": (_("紧急查看"), {"emergency": frozenset()}),
    "psychologist": (_("心理专家与中心协调员"), PSYCHOLOGISTS),
    "other": (_("其他可看个案的岗位"), {}),
}
H, A, M, P, W, T = HIDDEN, ASKED, MASKED, PLAIN, WORK, TALK
TABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    #                            worker desk centre lead part above emergency psychologist other
    ("reporter", "name"):        (A, T, H, A, H, A, A, H, H),
    ("reporter", "phone"):       (A, T, H, A, H, A, A, H, H),
    ("child", "name"):           (W, T, M, M, W, M, P, M, M),
    ("child", "born_on"):        (W, T, M, M, M, M, M, M, M),
    ("child", "phone"):          (W, T, M, M, M, M, P, M, M),
    ("child", "address"):        (W, T, M, M, M, M, P, M, M),
    ("child", "school"):         (W, T, A, A, W, A, P, A, H),
    ("child", "id_number"):      (M, M, M, M, M, M, M, M, H),
    ("family", "name"):          (W, T, M, M, M, M, P, M, M),
    ("family", "phone"):         (W, T, M, M, M, M, P, M, M),
    ("family", "address"):       (W, T, M, M, M, M, P, M, M),
    ("family", "id_number"):     (M, M, M, M, M, M, M, M, H),
    ("suspected", "name"):       (W, T, M, M, M, M, P, M, M),
    ("suspected", "phone"):      (M, T, M, M, M, M, M, M, M),
    ("suspected", "address"):    (W, T, M, M, M, M, P, M, M),
    ("suspected", "id_number"):  (M, M, M, M, M, M, M, M, H),
    ("witness", "name"):         (W, T, A, A, A, A, A, A, H),
    ("witness", "phone"):        (W, T, A, A, A, A, A, A, H),
    ("witness", "address"):      (W, T, A, A, A, A, A, A, H),
    ("witness", "id_number"):    (A, A, A, A, A, A, A, A, H),
    ("health", "suicide_risk"):  (P, P, P, P, A, A, P, P, H),
    ("health", "statuses"):      (P, P, P, P, P, A, P, P, H),
    ("health", "notes"):         (P, P, P, P, H, H, P, P, H),
    ("psychology", "notes"):     (H, H, H, H, H, H, H, P, H),
    ("narrative", "text"):       (P, P, P, P, P, P, P, P, P),
}  # fmt: skip
# Hearing a recording is asked for each time, by a table of its own: `recordings.rules.HEARS`. A contract may leave it out.
RECORDINGS = ("recordings", "sound")
SECTION_LABELS: Mapping[str, str | Promise] = {
    "reporter": _("报告人"), "child": _("儿童"), "family": _("监护人与亲属"), "suspected": _("被反映人"), "witness": _("知情人"),
    "health": _("健康与风险"), "psychology": _("心理专业记录"), "narrative": _("反映内容与办理经过"), "recordings": _("通话录音"),
}  # fmt: skip
FIELD_LABELS: Mapping[str, str | Promise] = {
    "name": _("姓名"), "phone": _("电话"), "address": _("地址"), "school": _("学校"), "born_on": _("出生日期"), "id_number": _("身份证号"),
    "suicide_risk": _("自杀风险"), "statuses": _("儿童类别"), "notes": _("专业记录文字"), "text": _("文字"), "sound": _("声音"),
}  # fmt: skip
# The section of a person, by the role in the case; whoever has none of these is family.
SECTION_OF = {"suspected": "suspected", "witness": "witness"}
# The section of what an event says and of its particulars; all else is narrative.
WORDS_OF = {"set_risk": ("health", "notes"), "psychology_note": ("psychology", "notes")}
PARTICULARS_OF = {"suicide_risk": ("health", "suicide_risk"), "place_text": ("child", "address")}
# What software and lists are shown is never asked for in them: of what is masked, the part; of the rest nothing.
MASKS: Mapping[str, Callable[[str], str]] = {
    "name": masks.name, "phone": masks.telephone, "id_number": masks.identity_number, "address": masks.address, "born_on": masks.day,
}  # fmt: skip

# Nobody works on a case without what was told: every contract that is made gives it.
ALWAYS_GIVEN = "narrative.text"
# What else an outsourced office may be given by its contract at most; the ticked ones are what a service usually needs.
BY_CONTRACT: Mapping[str, bool] = {
    ".".join(field): field[1] not in {"address", "school", "id_number", "sound"} and field[0] not in {"psychology", "reporter"}
    for field in (*TABLE, RECORDINGS)
    if ".".join(field) != ALWAYS_GIVEN
}

REVIEW_WITHIN = timedelta(hours=24)
LASTS = timedelta(minutes=60)
ENOUGH_WORDS = 15
# 紧急查看: how long it lasts, by when somebody else judges it, and what is asked.
EMERGENCY_WHY: Mapping[str, str | Promise] = {
    "danger_now": _("孩子正处于危险中，需要马上知道地址或情况"),
    "duty_absent": _("主办机构联系不上"),
    "came_here": _("孩子或家属已来到本机构"),
    "police_asks": _("公安机关正在现场，需要核对"),
}
VERDICTS: Mapping[str, str | Promise] = {"justified": _("确属紧急"), "unjustified": _("不属紧急，另行处理")}

SHOWN_FOR = timedelta(seconds=30)
MANY_AN_HOUR = 20  # reveals of one post, after which those who watch are told
WHY: Mapping[str, str | Promise] = {
    "visit": _("上门、接送、护送"),
    "contact": _("联系本人或家属"),
    "verify": _("核对身份、查重"),
    "hand_over": _("移交部门办理"),
    "danger": _("有紧急危险"),
    "supervise": _("督办、复核"),
}
NOT_SHOWN = Reason("not_shown", _("您的岗位不能查看这一项。"))
NO_REASON = Reason("reveal_reason", _("请选择并写明查看理由。"))


@dataclass(frozen=True)
class Sight:
    """What one post sees of one case now. `given`, where the office works by contract, is all that the contract lists. Of a case that
    was erased (`is_erased`) nobody asks for more."""

    standings: frozenset[str]
    stage: str
    given: Collection[str] | None = None
    is_erased: bool = False

    def level(self, section: str, field: str) -> str:
        """What is shown of a field: the most that any standing gives. A field that no line lists is hidden."""
        cells = TABLE.get((section, field))
        if cells is None or (self.given is not None and f"{section}.{field}" not in self.given):
            return HIDDEN
        found = (self._now(cell) for standing, cell in zip(STANDINGS, cells, strict=True) if standing in self.standings)
        return max(found, key=LEVELS.index, default=HIDDEN)

    def _now(self, cell: str) -> str:
        if cell in PURPOSES:
            return PLAIN if PURPOSES[cell][1](self.stage) else MASKED
        return cell

    def is_plain(self, section: str, field: str) -> bool:
        """Whether all of it is shown."""
        return self.level(section, field) == PLAIN

    def may_ask(self, section: str, field: str) -> bool:
        """Whether it is shown to who says why, and not without. Who may look and no more asks for nothing."""
        return not self.is_erased and self.standings != {"other"} and self.level(section, field) in {ASKED, MASKED}

    def shown(self, section: str, field: str, value: str) -> str:
        """What stands there of a value."""
        level = self.level(section, field)
        if level == PLAIN:
            return value
        return MASKS[field](value) if level == MASKED and field in MASKS else ""

    def called(self, section: str, name: str) -> str:
        """Who it is, wherever a person stands: the name as it is seen. A hidden one must not read as one that nobody knows."""
        return (self.shown(section, "name", name) or str(NAME_HIDDEN)) if name else str(UNNAMED)

    def words(self, action: str, text: str) -> str:
        """What an event says to this post."""
        return text if self.is_plain(*WORDS_OF.get(action, ("narrative", "text"))) else ""

    def particulars(self, detail: Mapping[str, object]) -> dict[str, object]:
        """The particulars of an event that this post sees."""
        told = {key: value for key, value in detail.items() if self.is_plain(*PARTICULARS_OF.get(key, ("narrative", "text")))}
        if section_of(str(detail.get("role"))) == "witness" and not self.is_plain("witness", "name"):
            told.pop("person", None)
        return told


def standings(now: Situation) -> frozenset[str]:
    """How a person who stands to a case like that sees it."""
    found = {
        name
        for name, (_label, relations) in STANDINGS.items()
        if any(relation in now.relations and (not roles or now.role in roles) for relation, roles in relations.items())
    }
    return frozenset(found or {"other"})


def sight(now: Situation, *, given: Collection[str] | None = None) -> Sight:
    """What the table shows to a person who stands to a case like that."""
    return Sight(standings(now), now.stage, given, now.is_erased)


def section_of(role: str) -> str:
    """The section of a person of this role in the case."""
    return SECTION_OF.get(role, "family")


def in_a_list(*, is_worker: bool, given: Collection[str] | None = None) -> Sight:
    """What a list shows: to the named worker what they drive by, to others what everybody sees."""
    return Sight(frozenset({"worker" if is_worker else "other"}), "handling", given)


def born(value: date | None) -> str:
    """A day as it is shown and masked."""
    return value.isoformat() if value else ""
