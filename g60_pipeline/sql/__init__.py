"""SQL of the `analysis` schema: view files, and the one view whose columns depend on the catalog."""
