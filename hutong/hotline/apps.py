"""How Django knows the work."""

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    """The one Django app with tables."""

    name = "hutong.hotline"
    label = "hotline"
    verbose_name = "护童"
