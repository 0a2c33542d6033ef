"""Growth, what each member contributed to it, and whether the members grow alike."""
