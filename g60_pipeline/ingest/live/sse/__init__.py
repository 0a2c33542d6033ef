"""Shanghai Stock Exchange: the lists and profiles of STAR Market firms."""
