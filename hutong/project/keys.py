"""`hutong keys`: which keys of the deployment wrap how many data keys; `rotate`: a new one from now on; `retire`: for fields, too."""

import argparse

from django.utils import timezone

from hutong.hotline.keys import actions, queries
from hutong.project.installing import say

DEEDS = {"rotate": actions.rotate, "retire": actions.retire}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command understands."""
    parser.add_argument("deed", nargs="?", choices=list(DEEDS), help="make a new key; the worker wraps everything anew by it")


def run(options: argparse.Namespace) -> int:
    """Rotate where that is asked for; then what there is."""
    if options.deed:
        say(f"New key: {DEEDS[options.deed](at=timezone.now())}. The worker wraps the data keys anew; those before it still open them.")
    active = queries.provider().active()
    wrapped = {active: 0, **queries.wrapped_by()}
    for name, count in wrapped.items():
        say(f"{name}  {'active' if name == active else 'old   '}  {count:>8} data keys")
    return 0
