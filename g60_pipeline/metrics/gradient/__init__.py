"""Tiers of the members of a corridor: what they rest on, and how stable they are."""
