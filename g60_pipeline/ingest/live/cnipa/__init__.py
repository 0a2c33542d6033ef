"""China National Intellectual Property Administration: the tables of its annual report."""
