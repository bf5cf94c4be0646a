"""Identifiers: rows are named by UUIDv7 (sorted by time, unique across deployments, silent about volume)."""

from uuid import UUID

from django.utils.crypto import salted_hmac
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()


def keyed(text: str) -> str:
    """A mark by which the log tells the same words from others without keeping them; who has the log alone cannot try words."""
    return salted_hmac("audit", text, algorithm="sha256").hexdigest()[:16]
