"""The open warehouse of the Yangtze River Delta G60 Science and Technology Innovation Corridor."""

__version__ = "0.1.0"
