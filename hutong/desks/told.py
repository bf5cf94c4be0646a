"""Where the words wait that a page says once, until it has said them: a cookie for this host alone, and the session where they are long."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class Cookie(CookieStorage):
    """Django's, under a name that no other host can set."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # only read
        """As the other cookies."""
        return "__Host-messages" if settings.SECURE_COOKIES else "messages"


class Storage(FallbackStorage):
    """Django's."""

    storage_classes = (Cookie, SessionStorage)
