"""Rules of extraction as data, one file per theme; `read` loads and checks them."""
