"""Local stand-ins for the live services: they behave as the real ones do, with figures of our own making.

`python -m simulator` (with `tests` on the path) serves all of them on 127.0.0.1 for a look at the UI.
"""
