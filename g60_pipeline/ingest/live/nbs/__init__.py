"""National Bureau of Statistics of China: the query service of its data site."""
