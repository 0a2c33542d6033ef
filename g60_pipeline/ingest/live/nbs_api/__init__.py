"""National Bureau of Statistics of China: the query service of its data site.

Seen live: nothing yet. Requests and answers follow independent clients; the service meets automated readers with a
challenge page.
"""
