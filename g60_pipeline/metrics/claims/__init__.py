"""Published claims, each tested by the figures of its time and of now."""
