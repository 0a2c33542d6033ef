"""Wikidata: coordinates and codes of places."""
