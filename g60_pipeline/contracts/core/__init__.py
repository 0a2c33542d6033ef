"""Contracts of the core layer: what exists and what was ever published, in canonical codes, units and periods."""
