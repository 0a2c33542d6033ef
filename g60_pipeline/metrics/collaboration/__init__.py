"""Collaboration events by path, their links and networks, joint papers, policies in time."""
