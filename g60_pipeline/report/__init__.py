"""What people look at: queries over the published warehouse, and the screens they fill.

Reads the published file read-only and nothing else. Nothing is computed here that the warehouse does not hold, and
neither Dagster nor the contracts are imported, so that a screen is up in a fraction of a second.
"""
