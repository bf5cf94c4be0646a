def seed_limits() -> None:
    """Placeholder until the defaults land."""
