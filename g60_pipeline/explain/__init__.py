"""The story of one number: which row, what it is of, its sum, its figures and documents, and how it is shown."""
