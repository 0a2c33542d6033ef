"""How an indicator is spread over the members of a corridor."""
