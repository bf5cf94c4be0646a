"""Identifiers: rows are named by UUIDv7 (sorted by time, unique across deployments, silent about volume)."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()
