"""Reading the published file: connections, names, words, the form of screens. No Dagster, no contracts."""
