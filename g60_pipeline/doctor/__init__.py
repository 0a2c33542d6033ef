"""What `g60 doctor` checks: the home, the archive, the warehouse. Nothing is repaired here."""
