"""What every installation starts with: divisions, the calendar of working days, the rulebook's defaults."""

from hutong.hotline.clocks import actions as clocks
from hutong.hotline.network import divisions
from hutong.hotline.rulebook import actions as rulebook


def load() -> None:
    """Load what is missing. Safe to run again."""
    divisions.load_national()
    clocks.seed_calendar()
    rulebook.seed()
