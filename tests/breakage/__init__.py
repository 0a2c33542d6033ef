"""Ways to break what the project reads, runs and keeps, with the outcome of each: `tests/faults` and `make faults` share them.

Nothing here decides how often a thing is tried: the tests try it a few times with fixed seeds, `make faults` thousands of times.
"""
