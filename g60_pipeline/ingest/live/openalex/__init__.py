"""OpenAlex: works by city and by pair of cities, and the institutions behind them.

Seen live: nothing yet. Answers follow the documentation of the service.
"""
