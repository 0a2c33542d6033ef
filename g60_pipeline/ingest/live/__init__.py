"""Live sources: the one way out, what was answered, and a room for each publisher."""
