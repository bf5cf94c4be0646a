def seed_calendar() -> None:
    """Placeholder until the calendar lands."""
