"""One refresh of a live source: ask, archive, validate, accept or refuse, alert. Nothing archived is lost by it.

What a connector asks and reads is in `ingest.live`, and so is the archive; who calls a refresh, and when, in
`orchestration`.
"""
