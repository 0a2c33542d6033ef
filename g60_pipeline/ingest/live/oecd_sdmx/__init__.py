"""OECD: series of its SDMX service.

Seen live: nothing yet. Flows, keys and codes follow the requests of independent clients; `source.yaml` says which are
guesses.
"""
