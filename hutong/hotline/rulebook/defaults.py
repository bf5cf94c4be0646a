"""What a new installation begins with: the nation's first rulebook. Each row says where it comes from. Pure data."""

from typing import Any, NamedTuple

from hutong.hotline.rulebook.rules import DAY, KINDS, MINUTE, TIERS, WARN_AT, WORKING_DAY, WORKING_MINUTE

# Where a row comes from. No public rule sets a number for 12349: each is our default, some after a rule for something near.
OURS = "护童默认"
AT_ONCE = "护童默认；110、120 管辖的事项即时转接（公开规定：北京市接诉即办工作条例第十一条、国办函〔2025〕66号）"
POLICE = "护童默认；涉嫌犯罪立即报警（公开规定：未成年人保护法第十一条）"
ONE_DAY_OF_WORK = "护童默认：当日，按一个工作日的工作时间7小时计"
FIVE_AND_TEN = "护童默认：参照12345工单（公开规定：山东省2020年办法）5个工作日、疑难可再加10个工作日，合计15个工作日"
THREE_DAYS = "护童默认：参照一地政务热线工单规定（已公开），咨询求助当日办结，否则3个工作日"
FIRST_VISIT = "护童默认：第3、7、30日回访，以第一次为限"
FIRST_VISIT_II = "护童默认：第7、30日回访，以第一次为限"
SAMPLE = "护童默认：抽样回访，期限同一般等级"
BY_A_PERSON = "护童默认：5分钟内由人查看有无危险；网上信箱24小时内答复（公开规定：GB/T 33358-2016）"
CALLED_BACK = "护童默认：未接来电 30 个工作分钟内回电；非工作时间的，上班后回"
KEPT = "护童默认；参照心理援助热线记录至少保存3年（公开规定：心理援助热线技术指南（试行））"
DUTIES = "护童默认：依未成年人保护法规定的部门职责"
NINE = "九种情形（公开规定：关于建立侵害未成年人案件强制报告制度的意见（试行）第四条）；去向为护童默认，依部门职责"


class Default(NamedTuple):
    """One limit: a step of a tier, how many units (see clocks.rules.due), and where the number comes from."""

    step: str
    tier: str
    amount: int
    unit: str
    basis: str
    kind: str = ""
    pause_days: int = 0


def _by_tier(step: str, *limits: tuple[int, str], kind: str = "") -> list[Default]:
    """A step with a limit of our own for each tier, from I on."""
    return [Default(step, tier, amount, unit, OURS, kind) for tier, (amount, unit) in zip(TIERS, limits, strict=False)]


LIMITS = (
    # What arrived by itself and nobody has read: always as tier I (contacts.rules.NOT_JUDGED).
    Default("contact_pending", "I", 5, MINUTE, BY_A_PERSON),
    # Who called and reached nobody: as tier I where the caller said danger, else as tier III (calls.rules.CALL_BACK_TIER).
    Default("call_back", "I", 5, MINUTE, BY_A_PERSON),
    Default("call_back", "III", 30, WORKING_MINUTE, CALLED_BACK),
    *_by_tier("intake", (5, MINUTE), (10, MINUTE), (30, WORKING_MINUTE), (30, WORKING_MINUTE)),
    *_by_tier("assessment", (10, MINUTE), (30, MINUTE), (4 * 60, WORKING_MINUTE), (1, WORKING_DAY)),
    Default("dispatch", "I", 10, MINUTE, AT_ONCE),
    Default("dispatch", "II", 30, MINUTE, POLICE),
    Default("dispatch", "III", 7 * 60, WORKING_MINUTE, ONE_DAY_OF_WORK),
    Default("dispatch", "IV", 1, WORKING_DAY, OURS),
    *_by_tier("acceptance", (15, MINUTE), (30, MINUTE), (1, WORKING_DAY), (1, WORKING_DAY)),
    *_by_tier("first_contact", (2 * 60, MINUTE), (1, DAY), (3, WORKING_DAY)),
    *_by_tier("first_report", (1, DAY), (3, DAY), (5, WORKING_DAY)),
    Default("handling", "I", 5, DAY, OURS),
    Default("handling", "II", 7, DAY, OURS),
    Default("handling", "III", 15, WORKING_DAY, FIVE_AND_TEN, pause_days=10),
    Default("handling", "IV", 3, WORKING_DAY, THREE_DAYS, pause_days=10),
    *_by_tier("review", (2 * 60, MINUTE), (1, DAY), (2, WORKING_DAY), (1, WORKING_DAY)),
    *_by_tier("reply", (1, DAY), (2, DAY), (3, WORKING_DAY)),
    Default("reply", "IV", 7 * 60, WORKING_MINUTE, ONE_DAY_OF_WORK),
    Default("follow_up", "I", 3, DAY, FIRST_VISIT),
    Default("follow_up", "II", 7, DAY, FIRST_VISIT_II),
    Default("follow_up", "III", 15, WORKING_DAY, OURS),
    Default("follow_up", "IV", 15, WORKING_DAY, SAMPLE),
    *(
        limit
        for kind in KINDS
        for limit in _by_tier("part_acceptance", (15, MINUTE), (30, MINUTE), (1, WORKING_DAY), (1, WORKING_DAY), kind=kind)
    ),
    *_by_tier("part_report", (1, DAY), (3, DAY), (5, WORKING_DAY), (3, WORKING_DAY), kind="assist"),
    *_by_tier("part_report", (1, DAY), (3, DAY), (10, WORKING_DAY), (5, WORKING_DAY), kind="referral"),
    *_by_tier("part_report", (2 * 60, MINUTE), (1, DAY), (3, WORKING_DAY), (3, WORKING_DAY), kind="consultation"),
    *_by_tier("order_receipt", (30, MINUTE), (4 * 60, MINUTE), (1, WORKING_DAY), (1, WORKING_DAY)),
    *_by_tier("order_answer", (1, DAY), (3, DAY), (5, WORKING_DAY), (5, WORKING_DAY)),
)

# tier: who is told at once, who must act, the first hour, basis
TIERS_SAY = {
    "I": (
        ["police", "ambulance", "shift_lead", "county", "province"],
        "县级值班负责人与公安同时到场；中心值班长全程跟进",
        "同一通话中三方转接 110、120；15 分钟内县级签收并出发，2 小时内与公安一起见到儿童；先确保儿童脱离危险，再补办手续。",
        AT_ONCE,
    ),
    "II": (
        ["shift_lead", "county"],
        "县级值班人员；涉嫌犯罪的同时报警",
        "30 分钟内研判、30 分钟内派单，涉嫌犯罪的立即报警；县级 30 分钟内签收，确认儿童当晚在哪里、由谁照看。",
        POLICE,
    ),
    "III": ([], "县级个案专员（派单时告知）", "确认儿童现在由谁照看、有没有立即的危险；有变化立即提级。", OURS),
    "IV": ([], "中心当场答复；不能当场答复的交有关机构", "在通话中答复；听一听咨询背后有没有求助。", OURS),
}

# tier: after how many minutes, to whom, by which notice, an automatic order or not, what that level must do
LADDER = {
    "I": (
        (0, "worker_head", "urgent", False, "立即亲自接手或另派人到场，并确认收到"),
        (0, "shift_lead", "urgent", False, "确认收到；5 分钟内打电话问清现场情况"),
        (15, "county_head", "urgent", False, "调派力量到场，协调公安、卫生健康部门"),
        (30, "prefecture_head", "urgent", False, "直接与县级负责人通话，必要时改派"),
        (60, "province", "urgent", True, "督办，直到儿童安全"),
    ),
    "II": (
        (0, "worker_head", "urgent", False, "当即安排人办理，并确认收到"),
        (0, "shift_lead", "urgent", False, "打电话问清原因，确认儿童安全"),
        (4 * 60, "county_head", "urgent", False, "过问并限定办理时间"),
        (24 * 60, "prefecture_head", "urgent", True, "督办县级民政部门"),
        (2 * 24 * 60, "province", "app", False, "过问，必要时督办"),
    ),
    "III": (
        (0, "worker_head", "app", False, "安排人办理，说明原因"),
        (2 * 24 * 60, "county_head", "app", False, "过问并限定办理时间"),
        (5 * 24 * 60, "prefecture_head", "app", True, "督办县级民政部门"),
        (7 * 24 * 60, "province", "app", False, "列入每周清单"),
    ),
    "IV": (
        (0, "worker_head", "app", False, "安排人办理，说明原因"),
        (7 * 24 * 60, "shift_lead", "app", False, "列入每周清单"),
    ),
}

COUNTY, CENTRE, SHELTER, SOCIETY = "county_bureau", "hotline_centre", "shelter", "social_organisation"

# category, harm (empty: any other), lead, referred. The nine situations of mandatory reporting say so in their basis.
ROUTES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("policy_consultation", "", CENTRE, ()),
    ("policy_consultation", "孤儿和事实无人抚养儿童保障", COUNTY, ()),
    ("policy_consultation", "残疾儿童", COUNTY, ("disabled_federation",)),
    ("policy_consultation", "低保、特困、临时救助", COUNTY, ()),
    ("policy_consultation", "收养", COUNTY, ()),
    ("policy_consultation", "入学与资助", CENTRE, ("education",)),
    ("policy_consultation", "户籍", CENTRE, ("police",)),
    ("policy_consultation", "医保与大病", CENTRE, ("medical_insurance",)),
    ("policy_consultation", "监护与法律", CENTRE, ("justice",)),
    ("rights_violation", "", COUNTY, ("police",)),
    ("rights_violation", "性侵害", COUNTY, ("police", "procuratorate", "health")),
    ("rights_violation", "身体伤害与家庭暴力", COUNTY, ("police", "health", "women_federation")),
    ("rights_violation", "遗弃与监护失职", COUNTY, ("police", "court")),
    ("rights_violation", "拐卖绑架", COUNTY, ("police",)),
    ("rights_violation", "欺凌", COUNTY, ("police", "education")),
    ("rights_violation", "自杀、自残、中毒及其他非正常伤亡", COUNTY, ("police", "health")),
    ("rights_violation", "组织乞讨与被迫劳动、利用犯罪", COUNTY, ("police", "human_resources")),
    ("rights_violation", "十四周岁以下怀孕流产", COUNTY, ("police", "procuratorate", "health")),
    ("rights_violation", "其他严重侵害", COUNTY, ("police", "procuratorate")),
    ("rights_violation", "网络侵害", COUNTY, ("police", "cyberspace")),
    ("rights_violation", "童婚", COUNTY, ("police", "women_federation")),
    ("rights_violation", "失踪流浪", COUNTY, (SHELTER, "police")),
    ("psychological_support", "", CENTRE, (SOCIETY,)),
    ("psychological_support", "情绪", CENTRE, (SOCIETY,)),
    ("psychological_support", "亲子", CENTRE, ("women_federation",)),
    ("psychological_support", "学业", CENTRE, ("education",)),
    ("psychological_support", "同伴", CENTRE, ("education",)),
    ("psychological_support", "自我伤害念头", COUNTY, ("education", "health")),
    ("psychological_support", "创伤", COUNTY, ("health",)),
    ("psychological_support", "网络使用", CENTRE, ("youth_league",)),
    ("referral_service", "", COUNTY, (SOCIETY,)),
    ("referral_service", "心理", COUNTY, (SOCIETY, "health")),
    ("referral_service", "法律援助", COUNTY, ("justice",)),
    ("referral_service", "医疗康复", COUNTY, ("health", "disabled_federation")),
    ("referral_service", "教育", COUNTY, ("education",)),
    ("referral_service", "寄养与临时照料", COUNTY, (SHELTER,)),
    ("referral_service", "社会组织服务", COUNTY, (SOCIETY,)),
    ("hardship", "", COUNTY, ()),
    ("hardship", "生活", COUNTY, ()),
    ("hardship", "医疗", COUNTY, ("health", "medical_insurance")),
    ("hardship", "住房", COUNTY, ()),
    ("hardship", "助学", COUNTY, ("education",)),
    ("hardship", "突发变故", COUNTY, ("women_federation",)),
    ("other_civil_affairs", "", COUNTY, ()),
    ("other_civil_affairs", "他部门职责", CENTRE, ()),
    ("other_civil_affairs", "表扬", CENTRE, ()),
    ("other_civil_affairs", "投诉", CENTRE, ()),
)
NINE_SITUATIONS = frozenset(
    harm
    for category, harm, _lead, _referred in ROUTES
    if category == "rights_violation" and harm not in ("", "网络侵害", "童婚", "失踪流浪")
)
# category, the child's status, lead, referred: of whatever harm.
ROUTES_BY_STATUS = (
    ("hardship", "disabled", COUNTY, ("disabled_federation",)),
    ("hardship", "seriously_ill", COUNTY, ("health", "medical_insurance")),
    ("hardship", "stray", SHELTER, ("police",)),
    ("rights_violation", "stray", COUNTY, (SHELTER, "police")),
)

# The first questions are the same whatever it is about; then by category.
QUESTIONS = {
    "": (
        "孩子现在安全吗？身边有谁？",
        "孩子此刻在哪里？（区县、乡镇、门牌或标志物）",
        "有没有受伤、生病、没吃没喝？要不要先叫 110、120？",
        "怎样回电话才不会让孩子更危险？",
    ),
    "rights_violation": (
        "谁做的？与孩子是什么关系？现在能接触到孩子吗？",
        "什么时候开始的？最近一次是哪天？有没有伤、照片、病历？",
        "被反映的人在哪个单位？（该单位须回避）",
        "家里还有别的孩子吗？",
        "报过警没有？哪个派出所？",
    ),
    "hardship": (
        "家里几口人？谁在照顾孩子？有什么收入？",
        "低保、特困、孤儿或事无抚养的补贴办过没有？",
        "眼下最缺什么？能撑几天？",
    ),
    "psychological_support": (
        "有没有想过伤害自己？想过怎么做吗？手边有东西吗？",
        "以前试过吗？现在身边有没有大人？",
        "最近发生了什么？睡得着、吃得下吗？",
    ),
    "referral_service": (
        "需要哪一类服务？（心理、法律、康复、就学、临时照料）",
        "以前找过哪些单位？结果怎样？",
        "孩子本人和监护人都愿意吗？",
    ),
    "policy_consultation": (
        "想问哪项政策？孩子属于哪一类？",
        "户籍在哪里？现在住在哪里？",
        "有没有正在着急的事？（咨询背后常有求助）",
    ),
    "other_civil_affairs": ("想找哪个部门？办什么事？", "有没有孩子因此受影响？"),
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the first rulebook, by table."""
    routes = [(category, harm, "", lead, referred) for category, harm, lead, referred in ROUTES]
    routes += [(category, "", status, lead, referred) for category, status, lead, referred in ROUTES_BY_STATUS]
    return {
        "tiers": [
            {"tier": tier, "told": told, "acts": acts, "first_hour": first_hour, "basis": basis}
            for tier, (told, acts, first_hour, basis) in TIERS_SAY.items()
        ],
        "limits": [limit._asdict() | {"warn_at": list(WARN_AT), "ends_on_workday": False} for limit in LIMITS],
        "routes": [
            {"category": category, "harm": harm, "status": status, "lead": lead, "referred": list(referred),
             "basis": NINE if harm in NINE_SITUATIONS else DUTIES}
            for category, harm, status, lead, referred in routes
        ],
        "rungs": [
            {"tier": tier, "position": position, "after": after, "target": target, "notice": notice, "orders": orders,
             "next_step": next_step, "basis": OURS}
            for tier, rungs in LADDER.items()
            for position, (after, target, notice, orders, next_step) in enumerate(rungs, start=1)
        ],
        "questions": [
            {"category": category, "position": position, "text": text, "basis": OURS}
            for category, questions in QUESTIONS.items()
            for position, text in enumerate(questions, start=1)
        ],
        "retention": [{"what": "recording", "months": 36, "basis": KEPT}],
    }  # fmt: skip
