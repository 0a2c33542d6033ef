"""From a communique to figures: documents, their text, rules, proposals, review. Nothing enters unreviewed."""
