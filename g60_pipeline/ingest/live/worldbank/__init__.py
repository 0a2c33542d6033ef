"""World Bank: the indicators service."""
