"""China National Intellectual Property Administration: the tables of its annual report.

Seen live: nothing yet. Pages follow public copies of the tables; the address of the index page is a guess.
"""
