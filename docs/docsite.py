"""Writes the site of the documentation: README in both languages, guides, dictionary, docstrings of the package.

`python docs/docsite.py FOLDER` (or `make docsite`). pdoc lays all of it out: the guides are modules whose docstrings
they are, made for the moment of building. What the site shows is in the files and docstrings alone.
"""

from __future__ import annotations

import re
import sys
import tempfile
import warnings
from pathlib import Path

import pdoc
import pdoc.render

import g60_pipeline

ROOT = Path(__file__).parents[1]

GUIDES = {
    "readme": "README.md",
    "readme_zh": "README.zh.md",
    "dictionary": "warehouse/README.md",
    "design": "docs/design.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
"""Page -> file it shows."""

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)\s]+)\)")
"""A link to a file of the project, or a picture of it."""


def build(folder: Path, *modules: str) -> None:
    """Write the site of modules, of the whole package without any, into a folder; `index.html` is its start."""
    with tempfile.TemporaryDirectory() as temporary:
        handbook = Path(temporary) / "handbook"
        handbook.mkdir()
        pages = "\n".join(f"- [{file}](handbook/{page}.html)" for page, file in GUIDES.items())
        _module(handbook / "__init__.py", f"# Handbook of g60_pipeline\n\n{pages}\n")
        for page, file in GUIDES.items():
            _module(handbook / f"{page}.py", _linked((ROOT / file).read_text(encoding="utf-8"), Path(file).parent))
        sys.path.insert(0, temporary)
        warnings.filterwarnings("ignore", module="pdoc")  # types that are imported for checking only
        warnings.filterwarnings("ignore", message="Suppressed execution")  # programs that libraries would start
        for name in g60_pipeline.__all__:  # loaded when first used; pdoc looks at what is there
            setattr(g60_pipeline, name, getattr(g60_pipeline, name))
        del g60_pipeline.__all__  # with it pdoc would leave out the rooms
        pdoc.render.configure(docformat="google", math=True, search=True, show_source=False, footer_text="g60_pipeline")
        pdoc.pdoc("handbook", *(modules or ("g60_pipeline",)), output_directory=folder)


def _module(file: Path, text: str) -> None:
    """Write a module that is nothing but its docstring."""
    file.write_text(f"__doc__ = {text!r}\n__docformat__ = 'markdown'\n", encoding="utf-8")


def _linked(text: str, of: Path) -> str:
    """Return a text whose links to other guides lead to their pages, and those to other files are plain words."""
    page = {Path(file): page for page, file in GUIDES.items()}

    def link(found: re.Match[str]) -> str:
        picture, words, file = found.groups()
        target = Path(file.partition("#")[0])
        known = page.get(of / target) or page.get(target)
        return "" if picture else f"[{words}]({known}.html)" if known else words

    return LINK.sub(link, text)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
