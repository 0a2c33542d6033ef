"""One refresh of a live source: ask, archive, judge, keep or refuse, tell. Nothing already held is ever lost by it.

What a connector asks and reads stands in `sources`, how answers are kept in `archive`; who calls a refresh, and when,
in `orchestration`.
"""
