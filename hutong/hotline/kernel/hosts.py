"""Whether what is said to an address stays on this machine, or crosses a network, and then whether it is encrypted there."""

from ipaddress import ip_address
from urllib.parse import urlsplit

ENCRYPTED = frozenset({"https", "wss"})


def is_here(host: str) -> bool:
    """Whether a host is this machine by its loopback: by that name or by such an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


def is_in_clear(address: str) -> bool:
    """Whether what is said to a URL would cross a network unencrypted."""
    parts = urlsplit(address)
    return parts.scheme not in ENCRYPTED and not is_here(parts.hostname or "")
