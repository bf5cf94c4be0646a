"""Whom an identity provider's people are here: by issuer and subject, bound by the person and by nobody else."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from hutong.hotline.audit import actions as audit
from hutong.hotline.network.models import Post, Staff


@transaction.atomic
def bind(staff: Staff, provider: str, subject: str, *, by: Post | None, at: datetime) -> bool:
    """Bind a subject of a provider to a person, who has one; whether it was free."""
    row, is_new = SocialAccount.objects.get_or_create(provider=provider, uid=subject, defaults={"user": staff, "extra_data": {}})
    if row.user_id != staff.pk:
        return False
    if is_new:
        SocialAccount.objects.filter(user=staff).exclude(pk=row.pk).delete()
        audit.record("identity_bound", by=by, at=at, subject="staff", subject_id=staff.pk)
    return True


@transaction.atomic
def unbind(staff: Staff, *, by: Post | None, at: datetime) -> None:
    """Bind nothing any longer."""
    if SocialAccount.objects.filter(user=staff).delete()[0]:
        audit.record("identity_unbound", by=by, at=at, subject="staff", subject_id=staff.pk)


def is_bound(staff: Staff) -> bool:
    """Whether the person is known to a provider."""
    return bool(SocialAccount.objects.filter(user=staff).exists())
