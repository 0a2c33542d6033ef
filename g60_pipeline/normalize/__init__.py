"""Raw rows to core tables: codes, units, periods, flags, and the choice of one figure among many.

What breaks a rule goes to quarantine with its line and remedy. No figure is changed, filled in or averaged here.
"""
