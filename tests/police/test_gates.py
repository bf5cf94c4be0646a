"""Every address names its gate."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from hutong.desks.navigation import DESKS


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield address, entry.callback
        else:
            yield from views(entry, address)


def test_every_view_has_a_gate() -> None:
    assert [address for address, view in views(get_resolver()) if not hasattr(view, "gate")] == []


def test_a_view_without_a_gate_would_be_found() -> None:
    resolver = URLResolver(get_resolver().pattern, [URLPattern(get_resolver().pattern, lambda request: None)])

    assert [hasattr(view, "gate") for _, view in views(resolver)] == [False]


@pytest.mark.parametrize("name", sorted({desk.name for desk in DESKS}))
def test_every_desk_of_the_bar_has_an_address(name: str) -> None:
    names = {
        f"{space}:{key}"
        for space, (_, inner) in get_resolver().namespace_dict.items()
        for key in inner.reverse_dict
        if isinstance(key, str)
    }

    assert name in names
