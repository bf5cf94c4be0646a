"""What stands on the page of a case: a context for each of its regions, used by the page and by the region alone."""

from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from hutong.desks.cases import seen
from hutong.desks.cases.deeds import draft_form
from hutong.desks.components import log
from hutong.hotline.archive import queries as exports
from hutong.hotline.archive import rules as archive
from hutong.hotline.assignments import queries as assignments
from hutong.hotline.audit import queries as audit
from hutong.hotline.calls import queries as calls
from hutong.hotline.calls.rules import PURPOSES, SPOKEN_TO
from hutong.hotline.cases import details, looks, queries, rules
from hutong.hotline.cases.actions.guarding import must_not_be_told
from hutong.hotline.cases.letting_in import Emergency
from hutong.hotline.cases.models import Case, Stage
from hutong.hotline.cases.sight import Sight
from hutong.hotline.contacts import queries as contacts
from hutong.hotline.contacts.models import Draft
from hutong.hotline.holds import queries as holds
from hutong.hotline.holds.rules import may_hold
from hutong.hotline.network import queries as network
from hutong.hotline.network.models import Post, Role
from hutong.hotline.notices import queries as notices
from hutong.hotline.notices.models import Acknowledgement
from hutong.hotline.recordings import queries as recordings
from hutong.hotline.retention import queries as retention
from hutong.hotline.rulebook.models import Target
from hutong.hotline.supervision import queries as supervision

STORY = 60  # events on the page; the older ones on request
LOOKS = 12


class File:
    """A case as one person sees it."""

    def __init__(self, case: Case, post: Post) -> None:
        self.case, self.post, self.at = case, post, timezone.now()

    @cached_property
    def whole(self) -> Case:
        """The case with its parts, which several regions and the table of actions ask for."""
        return assignments.fetch_parts(self.case)

    @cached_property
    def situation(self) -> rules.Situation:
        return queries.situation(self.whole, self.post)

    @cached_property
    def sight(self) -> Sight:
        """What of it the table shows to this person."""
        return queries.sight_of(self.situation, self.post)

    @cached_property
    def drafts(self) -> dict[str, Draft]:
        """What this person has typed into forms of this case, the newest of each form."""
        return {draft.form: draft for draft in reversed(contacts.drafts_about(self.post, self.case.pk))}

    def top(self) -> dict[str, Any]:
        """Where it stands, who must act by when, and what this person may do."""
        offered = rules.offers(self.situation)
        open_now = [action for action, reason in offered if reason is None and action.code != "note"]  # whose form stands on the page
        held = list(holds.of_case(self.case))
        return {
            "groups": [
                (label, [(each, draft_form(each.code) in self.drafts) for each in open_now if each.code in codes])
                for label, codes in rules.GROUPS.items()
            ],
            "first": next((each.code for each in open_now if each.to), ""),
            "refused": [(action, reason) for action, reason in offered if reason],
            "transfer": queries.moving(self.whole),
            "orders": supervision.about(self.case, self.post).filter(ended_at=None),
            "climb": self.climb(),
            "beside": queries.beside(self.case),
            "pause": queries.open_pause(self.whole),
            "unconfirmed": [each for each in self.acknowledgements if each.at is None and self.case.stage != Stage.CLOSED],
            "place_text": seen.value(self.sight, self.case.pk, "child", "address", self.case.pk, self.case.place_text),
            "emergency": self.emergency,
            "not_told": must_not_be_told(self.case),
            "holds": held,
            "people_held": [(hold, seen.on_hold(hold)) for hold in holds.on_people_in(self.case, self.post, self.sight)],
            "is_held": any(hold.ended_at is None for hold in held),
            "may_hold": not self.case.erased_at and may_hold(role=self.situation.role, relations=self.situation.relations),
            "may_archive": archive.may_take(self.situation),
            "tells": self.tells,
        }

    @cached_property
    def emergency(self) -> Emergency | None:
        """By what this person has the case open, where nothing else lets them."""
        return looks.emergency_of(self.case, self.post) if "emergency" in self.situation.relations else None

    def climb(self) -> dict[str, Any] | None:
        """Who has been told that the deadline was missed, when, and what they must do; and who is next."""
        climb = supervision.climb_of(self.case)
        if climb is None:
            return None
        names = details.names_in(climb.told, sight=self.sight)
        told = [(event, Target(event.detail["target"]).label, names.get(event.detail.get("office", ""), "")) for event in climb.told]
        return {"told": told, "next": Target(climb.next_target).label if climb.next_target else "", "next_at": climb.next_at}

    def story(self, *, everything: bool = False) -> dict[str, Any]:
        """What happened, newest first."""
        events = list(queries.story(self.case)[: None if everything else STORY])
        names = details.names_in(events, sight=self.sight)
        return {
            "story": [seen.told(event, self.sight, names) for event in events],
            "older": bool(events) and events[-1].seq > 1,
        }

    def file(self) -> dict[str, Any]:
        """The children, the people, what was reported, who works on it, every deadline, and who looked."""
        case = self.whole
        seen_by = list(audit.looks(case.pk)[:LOOKS])
        posts = network.posts_by_id(look["post_id"] for look in seen_by)
        return {
            "children": [seen.child(each, self.sight, case.pk) for each in queries.children_of(case)],
            "elsewhere": list(queries.with_children_of(case, self.post)[:6]),
            "unseen": looks.unseen_with_children_of(case, self.post),
            "parties": [(each, seen.party(each, self.sight)) for each in case.parties.select_related("person").order_by("pk")],
            "may_change": {code for code in ("change_child", "change_party") if rules.why_not(rules.ACTIONS[code], self.situation) is None},
            "fates": retention.fates(case) if case.erased_at else (),
            "reports": [
                (link, seen.reporter(link.contact, self.sight, case.pk))
                for link in case.contact_links.select_related("contact__reporter", "contact__taken_by__staff").order_by("at")
            ],
            "recordings": recordings.rows(recordings.of_case(case), self.post),
            "reveals": looks.reveals_of(case)[:LOOKS],
            "parts": case.assignments.all(),
            "transfers": case.transfers.all(),
            "clocks": case.clocks.select_related("limit__rulebook", "set_by__staff").order_by("-started_at"),
            "acknowledgements": self.acknowledgements,
            "recusals": case.recusals.all(),
            "merged": list(case.merged.filter(pk__in=queries.visible_to(self.post).values("pk"))),
            "looks": [(posts[look["post_id"]], look["last"], look["times"], log.parts(look["parts"])) for look in seen_by],
            "exports": exports.of_case(case)[:LOOKS],
            "may_ask_who_saw": self.post.role == Role.SHIFT_LEAD and case.centre_id == self.post.office_id,
            "may_dial": self.may_dial,
            "spoken_to": SPOKEN_TO,
            "calls": calls.calls_of_case(case.pk).prefetch_related("legs__post__staff"),
            "watching": calls.MONITORS,
            "is_centre": self.is_centre,
            "tells": self.tells,
        }

    @cached_property
    def tells(self) -> bool:
        """Whether what was told is there still, and for this person."""
        return not self.case.erased_at and self.sight.is_plain("narrative", "text")

    @cached_property
    def acknowledgements(self) -> list[Acknowledgement]:
        """Who was asked to confirm that they know of it, the latest first."""
        return list(notices.acknowledgements_of(self.case))

    @cached_property
    def is_centre(self) -> bool:
        """Whether this is somebody of the centre, who may look at its calls."""
        return self.post.office_id == self.case.centre_id

    @cached_property
    def may_dial(self) -> bool:
        """Whether the reporter may be telephoned from here now: to answer them, or to ask afterwards."""
        return self.is_centre and self.post.role in rules.DESK and self.case.stage in PURPOSES and self.sight.is_plain("reporter", "phone")

    def beside(self) -> dict[str, Any]:
        """Who else has it open."""
        return {"others": queries.present(self.case.pk, other_than=self.post, at=self.at), "actions": rules.ACTIONS}

    def page(self) -> dict[str, Any]:
        """All of it."""
        return {"case": self.case, "is_open": self.case.stage != Stage.CLOSED, **self.top(), **self.story(), **self.file(), **self.beside()}
