"""The kinds of pages. Each module has a function that takes the site in one language and returns its pages."""
