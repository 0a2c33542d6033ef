"""OpenAlex: joint papers of the cities and the institutions behind them."""
