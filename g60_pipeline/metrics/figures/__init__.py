"""Figures of places, totals of corridors, and the figures of members side by side: what all metrics start from."""
