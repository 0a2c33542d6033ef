"""Shanghai Stock Exchange: the lists and profiles of STAR Market firms.

Seen live: nothing yet. Requests and answers follow the exchange's own page as independent clients describe it.
"""
