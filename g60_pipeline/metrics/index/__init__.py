"""The composite index: inputs, bounds, components, index, and how far its ranks can move."""
