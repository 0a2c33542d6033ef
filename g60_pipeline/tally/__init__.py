"""Counts records - patents, certificates, works, contracts - of any number into figures of places and years."""
