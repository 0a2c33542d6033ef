"""Where raw rows come from: embedded facts, the inbox, live sources. Nothing is judged here."""
