"""What a form hands in beside its fields: its own name, and the version that its page showed; and the draft that is kept of it."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone

from hutong.desks import access
from hutong.hotline.contacts import actions as contacts
from hutong.hotline.kernel.refusals import Refusal

NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "seen", "once"})


def once(request: access.DeskRequest) -> UUID | None:
    """The name of the form, if it has one."""
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return None


def seen(request: access.DeskRequest) -> int:
    """The version that the page showed; a form that does not say it is stale."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else 0


def keep(request: access.DeskRequest, draft_id: UUID, *, form: str, subject_id: UUID | None) -> None:
    """Keep what is typed so far."""
    fields = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    version = request.POST.get("version", "")
    try:
        contacts.save_draft(
            draft_id, post=request.post, form=form, subject_id=subject_id, fields=fields,
            version=int(version[:9]) if version.isdecimal() else 0, at=timezone.now(),
        )  # fmt: skip
    except Refusal:
        raise Http404 from None  # another's
