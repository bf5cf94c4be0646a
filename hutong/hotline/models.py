"""The table of contents of the data: every model, in the order in which packages may use one another."""

# ruff: noqa: I001 the order is the table of contents

from hutong.hotline.audit.models import AuditEntry, Checkpoint, Seal, Sink, Waiting
from hutong.hotline.keeping.models import Keeping
from hutong.hotline.keys.models import DataKey
from hutong.hotline.network.models import (
    ApiToken, Approval, Charge, Contract, Division, FactorReset, Office, Post, Seen, Session, Staff,
)  # fmt: skip
from hutong.hotline.rulebook.models import Limit, Question, Retention, Route, Rulebook, Rung, TierRule
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, LocalDay, WorkHours
from hutong.hotline.people.models import Child, Person
from hutong.hotline.contacts.models import Contact, Draft, Reporter
from hutong.hotline.cases.models import (
    Case,
    CaseChild,
    CaseContact,
    Clock,
    Event,
    Notice,
    Party,
    Presence,
    Recusal,
)
from hutong.hotline.holds.models import Hold, PersonHold
from hutong.hotline.cases.letting_in import Admission, Emergency, Reveal
from hutong.hotline.assignments.models import Assignment, Transfer
from hutong.hotline.replies.models import FollowUp, Reply
from hutong.hotline.calls.models import Agreement, Call, CallBack, CallEvent, Leg, Line, Seat, Skill, Sound, Wish
from hutong.hotline.recordings.models import Gap, Play, Recording
from hutong.hotline.statistics.models import Day
from hutong.hotline.notices.models import Acknowledgement, Delivery, Way
from hutong.hotline.trials.models import RulebookTrial
from hutong.hotline.supervision.models import Order, OrderClock, OrderEvent
from hutong.hotline.retention.models import Erasure
from hutong.hotline.archive.models import Export

__all__ = [
    "Acknowledgement",
    "Admission",
    "Agreement",
    "ApiToken",
    "Approval",
    "Assignment",
    "AuditEntry",
    "CalendarDay",
    "CalendarYear",
    "Call",
    "CallBack",
    "CallEvent",
    "Case",
    "CaseChild",
    "CaseContact",
    "Charge",
    "Checkpoint",
    "Child",
    "Clock",
    "Contact",
    "Contract",
    "DataKey",
    "Day",
    "Delivery",
    "Division",
    "Draft",
    "Emergency",
    "Erasure",
    "Event",
    "Export",
    "FactorReset",
    "FollowUp",
    "Gap",
    "Hold",
    "Keeping",
    "Leg",
    "Limit",
    "Line",
    "LocalDay",
    "Notice",
    "Office",
    "Order",
    "OrderClock",
    "OrderEvent",
    "Party",
    "Person",
    "PersonHold",
    "Play",
    "Post",
    "Presence",
    "Question",
    "Recording",
    "Recusal",
    "Reply",
    "Reporter",
    "Retention",
    "Reveal",
    "Route",
    "Rulebook",
    "RulebookTrial",
    "Rung",
    "Seal",
    "Seat",
    "Seen",
    "Session",
    "Sink",
    "Skill",
    "Sound",
    "Staff",
    "TierRule",
    "Transfer",
    "Waiting",
    "Way",
    "Wish",
    "WorkHours",
]
