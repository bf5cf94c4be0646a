"""The table of contents of the data: every model, in the order in which packages may use one another."""

# ruff: noqa: I001 the order is the table of contents

from hutong.hotline.audit.models import AuditEntry
from hutong.hotline.network.models import ApiToken, Division, Office, Post, Seen, Staff
from hutong.hotline.rulebook.models import Limit
from hutong.hotline.clocks.models import CalendarDay, CalendarYear, WorkWindow
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
from hutong.hotline.assignments.models import Assignment, Transfer
from hutong.hotline.replies.models import FollowUp, Reply
from hutong.hotline.statistics.models import Day

__all__ = [
    "ApiToken",
    "Assignment",
    "AuditEntry",
    "CalendarDay",
    "CalendarYear",
    "Case",
    "CaseChild",
    "CaseContact",
    "Child",
    "Clock",
    "Contact",
    "Day",
    "Division",
    "Draft",
    "Event",
    "FollowUp",
    "Limit",
    "Notice",
    "Office",
    "Party",
    "Person",
    "Post",
    "Presence",
    "Recusal",
    "Reply",
    "Reporter",
    "Seen",
    "Staff",
    "Transfer",
    "WorkWindow",
]
