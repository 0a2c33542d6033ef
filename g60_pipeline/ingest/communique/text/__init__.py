"""The text of a document: paragraphs and tables with their places, whatever file they came in."""
