"""SQL of the `analysis` schema: view files, and the views that depend on the catalog or on the contracts."""
