"""The one way out: what is asked of a service, what came back, and the client that does the asking.

Which requests a source needs, and what its answers mean, is known to its connector.
"""
