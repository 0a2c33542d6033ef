"""What a build needs to know before it runs, and what it says afterwards. Dagster is not imported here."""
