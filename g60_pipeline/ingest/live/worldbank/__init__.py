"""World Bank: the indicators service.

Seen live: nothing yet. Answers follow the documentation of version 2 of the service.
"""
