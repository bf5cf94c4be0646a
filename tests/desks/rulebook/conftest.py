"""Fixtures of the rulebook pages' tests."""

from tests.network import network_put_back

__all__ = ["network_put_back"]
