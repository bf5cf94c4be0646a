"""How reports come in: where they belong, who takes them, and how each contact ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hutong.hotline.cases.actions import opening, recording
from hutong.hotline.cases.models import Case
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.contacts import rules
from hutong.hotline.contacts.models import CallBack, Contact, NotACase, Outcome
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Division, Level, Office, OfficeKind, Post, Role
from hutong.hotline.people import actions as people
from hutong.hotline.people.models import Sex
from hutong.project.demo import wording
from hutong.project.demo.facts import child, name, telephone
from hutong.project.demo.playing import Play
from hutong.project.demo.reports import Report

DAYS = 10  # over which the reports come in
LATELY = 1.8  # how much more they come towards the end
HOME, HOME_SHARE = "HC-6101", 0.75  # the centre whose sign-ins are shown, and its share of what belongs to no other
JUST_NOW = timedelta(seconds=30)  # so that what waits for a person has some minutes left
WAIT, AT_INTAKE = 2, 2  # of the newest that came by themselves: how many wait for a person, how many for registration
DESK = (Role.OPERATOR, Role.SHIFT_LEAD)


@dataclass
class Told:
    """A report at the centre that takes it."""

    report: Report
    centre: Office
    place: Division | None
    place_text: str


class Arrivals:
    """The reports of a play, in their order over the last days."""

    def __init__(self, play: Play, reports: list[Report]) -> None:
        self.play, self.dice = play, play.dice
        self.centres = list(Office.objects.filter(kind=OfficeKind.HOTLINE_CENTRE, valid_to=None).order_by("code"))
        play.reports = {report.key: report for report in reports}
        self.home = next(centre for centre in self.centres if centre.code == HOME)
        self.case_of: dict[str, Case] = {}
        newest = [report for report in reversed(reports) if not report.is_typed]
        self.waiting = {report.id for report in newest[:WAIT]}
        serious = [report for report in newest[WAIT:] if not report.is_nuisance and report.tier != "IV"]
        self.at_intake = {report.id for report in serious[:AT_INTAKE]}
        for place, report in enumerate(reports):
            age = timedelta(days=DAYS * (1 - (place + self.dice.random()) / len(reports)) ** LATELY)
            play.at(play.end - (min(age, JUST_NOW) if report.id in self.waiting else age), partial(self.arrive, report))

    def arrive(self, report: Report, at: datetime) -> None:
        """Somebody calls, comes or writes."""
        told = self._told(report, at)
        with self.play.deed():
            if report.is_typed:
                self._end(told, at, None)
            else:
                self._receive(told, at)

    def _told(self, report: Report, at: datetime) -> Told:
        """Where the report belongs. What no division matches, or several do, stays as it was told."""
        found = network.resolve_place(report.place, on=self.play.staff.today) if report.place else []
        centre = network.centre_for(found[0].code, on=self.play.staff.today) if found else None
        place = found[0] if len(found) == 1 and found[0].level not in (Level.PROVINCE, Level.PREFECTURE) else None
        elsewhere = self.home if self.dice.random() < HOME_SHARE else self.dice.choice(self.centres)
        return Told(report, centre or elsewhere, place, "" if place else report.place)

    def _facts(self, told: Told) -> dict[str, Any]:
        report = told.report
        return {
            "channel": report.channel, "narrative": report.text, "place": told.place, "place_text": told.place_text,
            "idempotency_key": report.key, "reporter": self._reporter(report),
        }  # fmt: skip

    def _reporter(self, report: Report) -> contacts.ReporterFacts | None:
        if report.is_nuisance:
            return None
        is_anonymous = "匿名" in report.speaker or self.dice.random() < 0.25
        phone = "" if is_anonymous else telephone(self.dice)
        return contacts.ReporterFacts(
            is_anonymous=is_anonymous, name="" if is_anonymous else name(self.dice), phone=phone, relation=report.speaker,
            wants_answer=self.dice.choice(("phone", "message")) if phone else "no", call_back=self.dice.choice(list(CallBack.values)),
        )  # fmt: skip

    # --- what comes by itself waits for a person

    def _receive(self, told: Told, at: datetime) -> None:
        contact, _new = contacts.receive(centre=told.centre, by=None, at=at, **self._facts(told))
        if told.report.id not in self.waiting:
            self.play.at(at + timedelta(minutes=self.dice.uniform(1, 5.5)), partial(self._settle, told, contact.pk))

    def _settle(self, told: Told, contact_id: UUID, at: datetime) -> None:
        """Somebody reads it, unless nobody did in time: then it is a case already."""
        waiting = Contact.objects.filter(pk=contact_id, outcome=Outcome.PENDING).first()
        if waiting:
            with self.play.deed():
                self._end(told, at, waiting)

    # --- how a contact ends

    def _end(self, told: Told, at: datetime, waiting: Contact | None) -> None:
        by = self.play.staff.one(told.centre.pk, *DESK)
        if by is None:
            raise Refusal(rules.NOT_OF_THE_CENTRE)
        same = self._same(told)
        ending = self._ending(told.report, same)
        if waiting:
            contact = contacts.settle_pending(waiting.pk, by=by, at=at, **ending)
        else:
            contact = contacts.take(by=by, at=at, **ending, **self._facts(told))
        if contact.outcome == Outcome.CASE_OPENED:
            self._open(told, contact, by, at)
        elif contact.outcome == Outcome.CASE_ADDED and same:
            recording.add_contact(same.pk, contact=contact, by=by, at=at)
            self.play.done["add_contact"] += 1

    def _same(self, told: Told) -> Case | None:
        """The case of the report that this one repeats, where the centre has it still."""
        same = self.case_of.get(told.report.same_as)
        return Case.objects.filter(pk=same.pk, centre=told.centre, merged_into=None).first() if same else None

    def _ending(self, report: Report, same: Case | None) -> dict[str, Any]:
        if report.is_nuisance:
            return {"outcome": Outcome.NOT_A_CASE, "not_a_case": self._nuisance(report)}
        if same:
            return {"outcome": Outcome.CASE_ADDED}
        if report.tier == "IV" and self.dice.random() < 0.5:
            return {"outcome": Outcome.ANSWERED, "answer": self.dice.choice(wording.ANSWERS)}
        return {"outcome": Outcome.CASE_OPENED}

    def _nuisance(self, report: Report) -> str:
        if "测试" in report.text or "test" in report.text:
            return NotACase.TEST
        if "无人说话" in report.text or "沉默" in report.text:
            return NotACase.SILENT
        return self.dice.choice((NotACase.PRANK, NotACase.PRANK, NotACase.WRONG_NUMBER, NotACase.OTHER_BUSINESS))

    def _open(self, told: Told, contact: Contact, by: Post, at: datetime) -> None:
        registered = told.report.id not in self.at_intake
        children = [child(told.report, told.place, by, at, self.dice)] if told.report.tier != "IV" or told.report.age else []
        case = opening.open_case(
            contact=contact, by=by, at=at, title=rules.title_of(contact.narrative), tier=told.report.tier, place=told.place,
            place_text=told.place_text, children=children, parties=self._parties(told.report, by, at), registered=registered,
        )  # fmt: skip
        self.case_of[told.report.id] = case
        self.play.done["register" if registered else "open"] += 1
        self.play.follow(case, told.report, halt="" if registered else "intake")

    def _parties(self, report: Report, by: Post, at: datetime) -> list[tuple[Any, str, str]]:
        if report.category != "rights_violation" or self.dice.random() < 0.4:
            return []
        person = people.remember_person(people.PersonFacts(sex=self.dice.choice(list(Sex.values))), by=by, at=at)
        return [(person, "suspected", self.dice.choice(("父亲", "继父", "邻居", "同学", "不详")))]
