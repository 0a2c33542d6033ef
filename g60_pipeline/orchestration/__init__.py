"""Dagster: assets, checks, the job, its schedule, the run from the command line. No figure is computed here.

Everything with Dagster in it lives in this package; the steps it runs (`g60_pipeline.steps`) do not know of it.
"""
