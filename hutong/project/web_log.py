"""The web server's own log, written as ours is."""

from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from hutong.project.logs import Formatter


class WebLogger(Logger):  # type: ignore[misc]
    """As gunicorn sets it up, but for how a line is written."""

    def setup(self, cfg: Any) -> None:
        """Set it up."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Formatter())
