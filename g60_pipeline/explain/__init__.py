"""The explanation of one number: which row, what it is of, its sum, its figures and documents, its layout."""
