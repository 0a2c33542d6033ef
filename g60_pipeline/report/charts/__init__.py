"""Charts as Vega-Lite specifications, made with Altair, and their pictures.

`kinds` has the forms a chart can take, without data; `chart` puts numbers and words into one; `render` makes SVG, PNG
and HTML of it. The site ships the forms once and gives each chart its numbers; `g60 chart` fills the same forms.
"""
