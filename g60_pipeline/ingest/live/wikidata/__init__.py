"""Wikidata: populations, areas and coordinates of places.

Seen live: nothing yet. How administrative codes (P442) are written there is not known; the query asks for every form.
"""
