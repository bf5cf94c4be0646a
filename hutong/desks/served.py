"""What stands in the folder of static files and is served to browsers: styles, modules and pictures, whatever else may lie there."""

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

KINDS = (".css", ".js", ".svg")


class ServedMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Static files by their address; one of another kind is not there."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """While the folder is read, once."""
        if url.endswith(KINDS):
            super().add_file_to_dictionary(url, path, stat_cache)

    def find_file(self, url: str) -> Any:
        """While somebody works on the files, at each request."""
        return super().find_file(url) if url.endswith(KINDS) else None
