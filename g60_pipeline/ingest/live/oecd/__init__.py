"""OECD: series of its SDMX service."""
