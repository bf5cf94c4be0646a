"""Questions about contacts: who called before, what waits for a person, what is being typed."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from hutong.hotline.contacts import rules
from hutong.hotline.contacts.models import CallBack, Contact, Draft, Outcome, Reporter
from hutong.hotline.kernel.refusals import Reason, Refusal
from hutong.hotline.network.models import Office, OfficeKind, Post


def of_centre(post: Post) -> QuerySet[Contact]:
    """The contacts of this post's centre; none for a post of any other office."""
    centre = post.office_id if post.office.kind == OfficeKind.HOTLINE_CENTRE else None
    return Contact.objects.filter(centre=centre).select_related("reporter", "taken_by__staff", "place", "link__case")


def earlier_contacts(post: Post, *, phone: str) -> QuerySet[Contact]:
    """What this number (in normal form) told the centre before, newest first."""
    contacts = of_centre(post).order_by("-received_at")
    return contacts.filter(reporter__phone_index=phone) if phone else contacts.none()


def pending(post: Post) -> QuerySet[Contact]:
    """What arrived by itself and waits for a person, due first."""
    return of_centre(post).filter(outcome=Outcome.PENDING).order_by("due_at")


def overdue(at: datetime) -> QuerySet[Contact]:
    """What arrived by itself and should have been read by `at`, in every centre, longest overdue first."""
    return Contact.objects.filter(outcome=Outcome.PENDING, due_at__lte=at).order_by("due_at")


def call_back(contact: Contact) -> CallBack:
    """How one may safely call back, as far as the reporter said."""
    reporter = Reporter.objects.filter(contact=contact).first()
    return CallBack(reporter.call_back) if reporter else CallBack.REPORTER_ONLY


def settled(contact: Contact) -> Reason:
    """Who settled what had arrived by itself, and how: what the second person hears."""
    who = contact.taken_by.staff.name if contact.taken_by else str(rules.THE_SYSTEM)
    return rules.already_settled(who, contact.get_outcome_display())


def taken_on(post: Post, day: date) -> QuerySet[Contact]:
    """What this person took on a day, newest first."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return of_centre(post).filter(taken_by=post, received_at__gte=start).order_by("-received_at")


def drafts_of(post: Post) -> QuerySet[Draft]:
    """What this person has typed and not yet saved, newest first."""
    return Draft.objects.filter(post=post).order_by("-saved_at")


def drafts_about(post: Post, subject_id: UUID) -> QuerySet[Draft]:
    """What this person has typed about a thing and not yet saved."""
    return drafts_of(post).filter(subject_id=subject_id)


def sheet_of(post: Post, draft_id: UUID, *, form: str, subject_id: UUID | None = None) -> Draft:
    """The writer's own draft, or a blank one. Raises Refusal for another's."""
    blank = Draft(pk=draft_id, post=post, form=form, subject_id=subject_id)
    draft = Draft.objects.filter(pk=draft_id).first() or blank
    if draft.post_id != post.pk:
        raise Refusal(rules.NOT_YOUR_DRAFT)
    return draft


def told_to(post: Post) -> QuerySet[Contact]:
    """The contacts whose end this post's office may know: those of its centre, and those that its own software sent."""
    return Contact.objects.filter(Q(centre=post.office_id) | Q(sender=post.office_id)).select_related("centre", "link__case")


def with_key(centre: Office, key: str, *, sender: Office | None = None) -> Contact | None:
    """The contact that was saved under an idempotency key: of its sender, else of the centre."""
    whose = Q(sender=sender) if sender else Q(sender=None, centre=centre)
    return _only(Contact.objects.filter(whose, idempotency_key=key)) if key else None


def with_slip(centre: Office, number: str) -> Contact | None:
    """The contact that was entered from a paper slip."""
    return _only(Contact.objects.filter(centre=centre, paper_slip=number)) if number else None


def _only(found: QuerySet[Contact]) -> Contact | None:
    """The one row there can be. Without LIMIT: a plan made once for every key would walk the whole table to its first row."""
    return next(iter(found.select_related("centre", "link__case")), None)


def from_paper(contact: Contact) -> dict[str, str]:
    """What an event tells of a contact that was entered later: the slip, and the time that stands on it."""
    return {"paper": contact.paper_slip, "received": timezone.localtime(contact.received_at).isoformat()} if contact.paper_slip else {}


def slips_like(post: Post, number: str) -> list[str]:
    """The numbers that were entered from the same printing of slips, in order."""
    batch = rules.batch_of(number)
    entered = of_centre(post).filter(paper_slip__startswith=f"{batch}-") if batch else Contact.objects.none()
    return sorted(entered.values_list("paper_slip", flat=True))


def is_spent(post: Post, *, draft_id: UUID, subject_id: UUID | None) -> bool:
    """Whether the sheet of this draft has been handed in: as a contact of its own, or as the end of a pending one."""
    if subject_id:
        return not pending(post).filter(pk=subject_id).exists()
    return with_key(post.office, str(draft_id)) is not None
