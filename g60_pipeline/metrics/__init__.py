"""Core tables to metrics: pure functions over frames, one module per method. Nothing is imputed or rounded.

A figure is an interval throughout (`figures`): exact where a document prints it, half open where it prints a bound.
"""
