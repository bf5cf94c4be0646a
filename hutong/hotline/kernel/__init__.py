"""Identifiers, normal forms of numbers, masks, refusals. No tables."""
