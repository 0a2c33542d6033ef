"""The local server that carries the stand-ins of the live services, and homes whose sources they are.

A stand-in is beside the tests of its source (`tests/ingest/live/SOURCE/stand_in.py`): it behaves as the real service
does, with figures of our own making. `python -m simulator` (with `tests` on the path) serves all of them on 127.0.0.1
for a look at the UI.
"""
