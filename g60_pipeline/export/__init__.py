"""What leaves the warehouse as files: workbook, CSV, Parquet, data package, SDMX, metadata, and the release folder.

Which rows may leave is decided in `selection` alone; every form writes what it returns. Nothing is computed here.
"""
