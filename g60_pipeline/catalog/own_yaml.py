"""Reads the YAML files that people type: strictly, since nobody has reviewed them. What they define is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from g60_pipeline.errors import G60Error

MAX_BYTES: Final = 40_000
"""Largest file that is read: far above any definition of a corridor."""


class _Strict(yaml.SafeLoader):
    """The loader in Python, which deep nesting does not kill; a key that is there twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001  - as in PyYAML
        """Return a mapping, each key of which is there once."""
        if not isinstance(node, yaml.MappingNode):  # a list or a word that is marked as a mapping
            raise yaml.constructor.ConstructorError(None, None, "it is no mapping", node.start_mark)
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} is there twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def read_own_yaml(path: Path) -> Any:
    """Return what a file says.

    Raises:
        G60Error: It can not be opened, is larger than any such file, or is no YAML in UTF-8.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise G60Error.of("catalog.too_large", name, most=MAX_BYTES // 1000, size=size // 1000)
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Strict)  # noqa: S506  - a safe loader
    except OSError as error:
        raise G60Error.of("catalog.not_opened", name, reason=error.strerror) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise G60Error.of("catalog.no_yaml", name, reason=said) from error
