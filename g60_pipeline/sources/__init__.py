"""Where raw rows come from: the facts embedded in the package and the analyst's inbox. Nothing is judged here."""
