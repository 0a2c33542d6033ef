"""Puts a key of the catalogue of words, with its arguments, into English or Chinese. No layout, no numbers.

The words are in `catalog/words/<subject>.yaml`, where each is once for both languages; a key is `subject.name`, or
`subject.group.name` where a file has groups:

    >>> say("reason.no_exact_figure", "en", "340100 340200")
    'no exact figure of 340100, 340200'
    >>> say("reason.no_exact_figure", "zh", "340100", named=lambda kind, name, language: "合肥")
    '合肥没有确切数据'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

Language = Literal["en", "zh"]
NameOf = Callable[[str, str, Language], str]
"""Kind of a thing (`place`, `break`, `unit`), its identifier and the language -> its name, or the identifier."""

Bilingual = tuple[str, str]
"""A text in English and Chinese."""


class BilingualText(str):
    """A text in English, as logs and files have it, that screens can have in Chinese: `in_language`."""

    zh: str

    def __new__(cls, en: str, zh: str) -> BilingualText:
        """Return a text in both languages."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    def __reduce__(self) -> tuple[type[BilingualText], Bilingual]:
        """Return what it is made of, for copies and other processes."""
        return BilingualText, (str(self), self.zh)


LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
REASON: Final = "reason"
"""Subject of the reasons that rows store as code and arguments."""

REFUSAL: Final = "refusal"
"""Subject of the rules that refused rows break, and of what to do about them, stored likewise."""

KINDS: Final = ("place", "list", "either", "break", "amount", "number", "year", "day", "observation", "text")
"""What an argument may be."""

UNIT: Final = re.compile(r"\[(\w+)\]")
"""A unit within an amount, `1,234.5[cny_100m]`."""

LISTS: Final = {"place": "and", "list": "and", "either": "or"}
"""Kinds of arguments that are lists -> the entry of `joint` that is put between their parts."""


@dataclass(frozen=True)
class Entry:
    """One entry of the catalogue: its words, and the kind of each argument by placeholder, in order."""

    en: str
    zh: str
    arguments: Mapping[str, str]


def say(key: str, language: Language, *arguments: str, named: NameOf | None = None, **values: Any) -> str:
    """Return the words of a key in a language; without arguments and values as they are, with their placeholders.

    Args:
        key: Subject and name, such as `reason.no_link`.
        language: Language of the words.
        arguments: Stored arguments in the order of the entry's placeholders.
        named: Gives places, breaks and units their names; without it identifiers are shown as they are.
        values: What stands for the placeholders of an entry whose arguments are not stored, by name.

    Raises:
        KeyError: There is no such key, or a value is missing.
        ValueError: There are more arguments than placeholders, or fewer.
    """
    entry = entry_of(key)
    for (name, kind), argument in zip(entry.arguments.items(), arguments, strict=True):
        values[name] = _put(kind, argument, language, named=named)
    template: str = getattr(entry, language)
    return template.format(**values) if values else template


def bilingual(key: str, *arguments: str, named: NameOf | None = None, **values: Any) -> Bilingual:
    """Return the words of a key in both languages; a value may be a text in both. Arguments and errors as in `say`."""
    english, chinese = (
        say(
            key,
            language,
            *arguments,
            named=named,
            **{name: _side(value, language) for name, value in values.items()},
        )
        for language in LANGUAGES
    )
    return english, chinese


def told(key: str, **values: Any) -> BilingualText:
    """Return the words of a key as a text that is known in both languages. Values and errors as in `bilingual`."""
    return BilingualText(*bilingual(key, **values))


def in_language(text: str, language: Language) -> str:
    """Return a text in a language; one that is not known in both is shown as it is."""
    return str(_side(text, language))


def joined(texts: Iterable[str]) -> BilingualText:
    """Return texts one after the other, with semicolons between them, in both languages."""
    listed = list(texts)
    return BilingualText("; ".join(listed), "\uff1b".join(in_language(text, "zh") for text in listed))


def in_both(text: str) -> str:
    """Return a text in English with the Chinese behind it, for a column that is for people of either language."""
    chinese = in_language(text, "zh")
    return text if chinese == text else f"{text} / {chinese}"


def _side(value: Any, language: Language) -> Any:
    if isinstance(value, tuple):
        return value[LANGUAGES.index(language)]
    return value.zh if isinstance(value, BilingualText) and language == "zh" else value


def word(value: str, column: str = "") -> Bilingual:
    """Return a closed word of the warehouse in both languages, by its column where it has a meaning of its own there.

    A word without an entry is shown as it is, with blanks for underscores.
    """
    words = entries("word")
    entry = words.get(f"{column}.{value}") or words.get(value)
    return (entry.en, entry.zh) if entry else (value.replace("_", " "),) * 2


def reason_key(code: str) -> str:
    """Return the key of a stored code: of a reason, of a rule that refused rows break, or of what to do about them."""
    if code in entries(REASON):
        return f"{REASON}.{code}"
    return f"{REFUSAL}.{code}.rule" if f"{code}.rule" in entries(REFUSAL) else f"{REFUSAL}.{code}"


def entry_of(key: str) -> Entry:
    """Return the entry of a key."""
    subject, _, name = key.partition(".")
    return entries(subject)[name]


@lru_cache
def entries(subject: str) -> Mapping[str, Entry]:
    """Return the entries of a subject by name, in the order of the file."""
    import yaml  # noqa: PLC0415  - only where words are read

    text = (files("g60_pipeline") / "catalog" / "words" / f"{subject}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read = yaml.load(text, Loader=loader)  # noqa: S506  - a safe loader, in C where there is one
    return dict(_entries(read))


def subjects() -> list[str]:
    """Return the subjects there are."""
    folder = files("g60_pipeline") / "catalog" / "words"
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def _entries(group: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a file: both languages as a list, or a mapping with `en`; other mappings are groups."""
    for name, words in group.items():
        if isinstance(words, list):
            yield f"{prefix}{name}", Entry(words[0], words[1], {})
        elif "en" in words:
            arguments = words.get("arguments", {})
            named = dict.fromkeys(arguments, "text") if isinstance(arguments, list) else arguments
            yield f"{prefix}{name}", Entry(words["en"], words["zh"], named)
        else:
            yield from _entries(words, f"{prefix}{name}.")


def _put(kind: str, argument: str, language: Language, *, named: NameOf | None) -> str:
    def name(of: str, what: str) -> str:
        return named(of, what, language) if named else what

    if kind in LISTS:
        parts = argument.split()
        return say(f"joint.{LISTS[kind]}", language).join(
            name(kind, part) if kind == "place" else part for part in parts
        )
    if kind == "amount":
        return UNIT.sub(lambda unit: name("unit", unit[1]), argument)
    return name(kind, argument) if kind == "break" else argument
