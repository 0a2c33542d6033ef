"""What `g60 doctor` looks at: the home, the archive, what is built. Nothing is mended here."""
