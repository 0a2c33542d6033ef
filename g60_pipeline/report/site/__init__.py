"""The site: static pages over the published warehouse, whole in English and in Chinese, that open from disk.

`build` writes them; `data` is what they read; `pages` has one module per kind of page, which returns what its template
in `templates` shows; `derivations` explains numbers; `page` has what all pages share. Charts come from `report.charts`.
"""
