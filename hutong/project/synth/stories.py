"""One made-up case told from its first word to now: what the verbs would have written, in memory."""

from datetime import datetime

from hutong.project.synth import texts
from hutong.project.synth.door import Door
from hutong.project.synth.rows import Row
from hutong.project.synth.world import Body, Seat

PHASES = ("monitoring", "mandatory_report", "emergency", "assessment_and_support")
DESK, JUDGES, FIELD = ("operator", "shift_lead"), ("coordinator", "shift_lead"), ("case_worker", "coordinator")
NOBODY = {"worker_id": None, "replied_at": None, "safe_at": None, "returns": 0, "reply_tries": 0, "is_extended": False}


class Story(Door):
    """A case in the making, with a method for each step of its path."""

    lead: Body  # whom it was given to
    part: Row  # what the lead was given
    department: Body  # whom it was referred to
    referral: Row  # what the department was given
    barred: str = ""  # the office that must not have it

    def tell(self) -> None:
        """Everything up to now."""
        self.said = texts.with_rare_words(self.narrative(), self.index)
        self.case["title"] = self.said.split("。")[1][:40]
        for code, at in self.path.steps:
            self.ring(at)
            getattr(self, f"do_{code}")(at)
        self.ring(self.now)
        self.set_alarm()

    # --- taken

    def do_open(self, at: datetime) -> None:
        self._first("open", None, at, "intake")

    def do_register(self, at: datetime) -> None:
        by = self.look(self.centre.desk, at, *DESK)
        if self.stage:
            self.do("register", by, at, to="assessment", tier=self.case["tier"])
        else:
            self._first("register", by, at, "assessment")
        self.case["tier_by_id"] = by.post
        self._child(by, at)

    def _first(self, code: str, by: Seat | None, at: datetime, stage: str) -> None:
        contact = self.contact(at, self.said, by=by)
        self.do(code, by, at, to=stage, channel=contact["channel"], contact=contact["id"])
        self.rows.add("cases_contact", contact_id=contact["id"], case_id=self.case["id"], at=at)

    def do_add_contact(self, at: datetime) -> None:
        by = self.look(self.centre.desk, at, *DESK)
        contact = self.contact(at, self.narrative(), by=by, outcome="case_added")
        self.do("add_contact", by, at, channel=contact["channel"], contact=contact["id"])
        self.rows.add("cases_contact", contact_id=contact["id"], case_id=self.case["id"], at=at)

    def _child(self, by: Seat, at: datetime) -> None:
        kept = {"id": self.id(at), "lawful_basis": "statutory_duty", "sex": self.dice.choice(("male", "female"))}
        child = self.rows.add(
            "people_child", **kept, name=self.child, age=self.age, school=self.dice.choice(texts.SCHOOLS), present_division_id=self.place
        )
        self.rows.add("cases_child", id=self.id(at), case_id=self.case["id"], child_id=child["id"])
        self.log("remember_child", by, at, "child", child["id"])
        self.someone = child
        if self.chance(0.4):
            person = self.rows.add("people_person", **kept | {"id": self.id(at)}, name=texts.name(self.dice))
            self.rows.add("cases_party", id=self.id(at), case_id=self.case["id"], person_id=person["id"], role="guardian", relation="父母")
            self.log("remember_person", by, at, "person", person["id"])

    def do_answer_on_the_spot(self, at: datetime) -> None:
        self.case.update(replied_at=at, safe_at=at)
        self.close("answer_on_the_spot", "answered", self.look(self.centre.desk, at, *DESK), at, self.dice.choice(texts.ANSWERS))

    def do_dismiss(self, at: datetime) -> None:
        self.close("dismiss", "not_a_case", self.look(self.centre.desk, at, *JUDGES), at, "经核实不涉及儿童权益。")

    # --- judged and given

    def do_assess(self, at: datetime) -> None:
        by, plan, phase = self.look(self.centre.desk, at, *JUDGES), self.dice.choice(texts.PLANS), self.dice.choice(PHASES)
        self.case.update(plan=plan, category=self.category, phase=phase)
        self.do("assess", by, at, plan, to="dispatch", tier=self.case["tier"], category=self.category, phase=phase)

    def do_dispatch(self, at: datetime) -> None:
        by, request = self.look(self.centre.desk, at, *JUDGES), self.dice.choice(texts.REQUESTS)
        self.lead = self._another() if self.case["returns"] else self.county.bureau
        self.part = self._give(self.lead, "lead", by, at, request)
        self.case["lead_id"] = self.lead.id
        self.do("dispatch", by, at, request, to="acceptance", holder=self.lead, office=self.lead.id)

    def _another(self) -> Body:
        others = [each.bureau for each in self.centre.counties if each is not self.county and each.bureau.id != self.barred]
        return self.dice.choice(others or [self.county.bureau])

    def do_keep(self, at: datetime) -> None:
        by, self.lead = self.look(self.centre.desk, at, "coordinator"), self.centre.desk
        self.part = self._give(self.lead, "lead", by, at, "")
        self._take(self.part, by, at)
        self.case["worker_id"] = by.post
        self.do("keep", by, at, to="handling", holder=self.lead)

    def do_accept(self, at: datetime) -> None:
        by, worker = self.look(self.lead, at, "coordinator"), self.lead.seat(self.dice, *FIELD[:1])
        self._take(self.part, worker, at)
        self.case["worker_id"] = worker.post
        self.do("accept", by, at, to="handling", holder=self.lead, worker=worker.post)

    def do_return(self, at: datetime) -> None:
        by = self.look(self.lead, at, "coordinator")
        self.part.update(state="returned", ended_at=at)
        self.case.update(returns=self.case["returns"] + 1, lead_id=self.centre.desk.id, worker_id=None)
        self.do("return", by, at, "孩子不在本辖区，现住址在邻近区县。", to="dispatch", returns=self.case["returns"])

    def do_recuse(self, at: datetime) -> None:
        barred, reason = self._another(), "被反映人的亲属在该局工作"
        if barred is not self.county.bureau:
            by, self.barred = self.look(self.centre.desk, at, *DESK), barred.id
            recused = {"id": self.id(at), "case_id": self.case["id"], "office_id": barred.id}
            self.rows.add("cases_recusal", **recused, reason=reason, by_id=by.post, at=at)
            self.do("recuse", by, at, reason)

    def _give(self, body: Body, kind: str, by: Seat, at: datetime, request: str) -> Row:
        given = {"request": request, "given_by_id": by.post, "given_at": at}
        return self.rows.add("assignments_assignment", id=self.id(at), case_id=self.case["id"], office_id=body.id, kind=kind, **given)

    def _take(self, part: Row, worker: Seat, at: datetime) -> None:
        part.update(state="accepted", accepted_at=at, worker_id=worker.post)

    # --- handled

    def do_note(self, at: datetime) -> None:
        self.do("note", self.look(self.holder, at, *DESK, *FIELD), at, self.dice.choice(texts.NOTES))

    def do_set_risk(self, at: datetime) -> None:
        risks = {"guardianship_risk": self.dice.choice(("green", "blue", "yellow", "red")), "suicide_risk": "none"}
        self.someone.update(risks)
        self.do("set_risk", self.look(self.lead, at, *FIELD), at, "按量表评估。", child=self.someone["id"], found=risks)

    def do_raise_tier(self, at: datetime) -> None:
        by, why, before = self.look(self.lead, at, *FIELD), "上门发现孩子身上有伤，可能再次发生。", self.case["tier"]
        self.case.update(tier="I" if before == "II" else "II", tier_by_id=by.post)
        limit, due = self.limit(), self.case["due_at"]
        told = self.replace_clock(at, max(min(self.world.due(at, limit.amount, limit.unit), due), at), why, by, at)
        self.do("raise_tier", by, at, why, tier=[before, self.case["tier"]], **told)

    def do_refer(self, at: datetime) -> None:
        by, request = self.look(self.centre.desk, at, *JUDGES), "请落实本案中贵部门的职责，两周内反馈。"
        self.department = self.dice.choice(self.county.departments or [self._another()])
        self.referral = self._give(self.department, "referral", by, at, request)
        self.do("refer", by, at, request, office=self.department.id)
        self.notify(self.department, "handed_over", at)

    def do_accept_part(self, at: datetime) -> None:
        by = self.look(self.department, at, "liaison")
        self._take(self.referral, by, at)
        self.do("accept_part", by, at)

    def do_finish_part(self, at: datetime) -> None:
        by, report = self.look(self.department, at, "liaison"), "已按要求办结，如有需要继续配合。"
        self.referral.update(state="done", report=report, ended_at=at)
        self.do("finish_part", by, at, report)
        self.notify(self.lead, "told", at)

    def do_ask_extension(self, at: datetime) -> None:
        if self.case["tier"] in ("III", "IV"):
            by, days = self.look(self.lead, at, "coordinator"), self.dice.randint(2, 10)
            self.case.update(extension_days=days, extension_by_id=by.post)
            self.do("ask_extension", by, at, "鉴定和材料需要时间，申请延期。", days=days)
            self.notify(self.centre.desk, "asked", at)

    def do_grant_extension(self, at: datetime) -> None:
        if days := self.case["extension_days"]:
            by, due = self.look(self.centre.desk, at, *JUDGES), self.world.due(self.case["due_at"], days, "working_day")
            told = self.replace_clock(self.case["stage_since"], due, f"延期 {days} 个工作日", by, at, days=days)
            self.case.update(is_extended=True, extension_days=None, extension_by_id=None)
            self.do("grant_extension", by, at, **told)

    def do_report(self, at: datetime) -> None:
        by, report = self.look(self.lead, at, *FIELD), texts.report(self.dice, child=self.child, place=self.place_name)
        self.part.update(report=report, child_state="safe")
        self.do("report", by, at, report, to="review", child_state="safe")

    # --- judged, answered, asked after

    def do_send_back(self, at: datetime) -> None:
        by = self.look(self.centre.desk, at, *JUDGES)
        self.do("send_back", by, at, "请补充孩子就学和就医情况，写明今后由谁照看。", to="handling", holder=self.lead)

    def do_approve(self, at: datetime) -> None:
        by = self.look(self.centre.desk, at, *JUDGES)
        self.part.update(state="done", ended_at=at)
        self.do("approve", by, at, to="reply")

    def do_answer(self, at: datetime) -> None:
        by, text = self.look(self.centre.desk, at, *DESK), self.dice.choice(texts.REPLIES)
        self._reply("answered", text, by, at)
        self.case["replied_at"] = at
        self.do("answer", by, at, text, to="follow_up", outcome="answered")

    def do_not_reached(self, at: datetime) -> None:
        by = self.look(self.centre.desk, at, *DESK)
        self._reply("not_reached", "", by, at)
        self.case["reply_tries"] += 1
        self.do("not_reached", by, at, tries=self.case["reply_tries"])

    def _reply(self, outcome: str, text: str, by: Seat, at: datetime) -> None:
        self.rows.add("replies_reply", id=self.id(at), case_id=self.case["id"], outcome=outcome, text=text, by_id=by.post, at=at)

    def do_reassess(self, at: datetime) -> None:
        by = self._follow_up(at, "孩子又独自在家，问题没有解决。", is_well=False)
        self.case.update(NOBODY, lead_id=self.centre.desk.id)
        self.do("reassess", by, at, "孩子又独自在家，问题没有解决。", to="assessment", satisfaction="dissatisfied")

    def do_close(self, at: datetime) -> None:
        text = self.dice.choice(texts.SAFETY)
        by = self._follow_up(at, text, is_well=True)
        self.case["safe_at"] = at
        self.close("close", "resolved", by, at, text)

    def _follow_up(self, at: datetime, text: str, *, is_well: bool) -> Seat:
        by, satisfaction = self.look(self.centre.desk, at, *DESK), self.dice.choice(("satisfied", "mostly")) if is_well else "dissatisfied"
        found = {"is_safe": is_well, "is_solved": is_well, "satisfaction": satisfaction, "assessment": text}
        self.rows.add("replies_follow_up", id=self.id(at), case_id=self.case["id"], **found, lead_id=self.found, by_id=by.post, at=at)
        return by
