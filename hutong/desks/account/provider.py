"""A government's identity provider."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Placeholder."""
