"""Dagster: assets, checks, the job, its schedule and the run from the command line. Wiring only; no figure is computed here.

Everything with Dagster in it lives in this package; the steps it runs (`g60_pipeline.steps`) do not know of it.
"""
