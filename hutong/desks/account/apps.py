"""The app of signing in, under a label of its own: allauth's is called account too."""

from django.apps import AppConfig


class Account(AppConfig):
    """Templates and addresses; no tables."""

    name = "hutong.desks.account"
    label = "desk_account"
