"""Tables as Parquet files with a seal, and the one DuckDB file that is made of them: its views, macros, dictionary."""
