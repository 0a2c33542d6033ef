"""Settings of the network, from `G60_*` variables and `$G60_HOME/network.yaml`: contact, base URLs, keys, proxies.

How often and how long a source is asked is in `source.yaml`, not here.
"""

from __future__ import annotations

import difflib
import os
import re
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from g60_pipeline.catalog.live_models import LiveSource
from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.http.guard import checked_base_url
from g60_pipeline.settings import ALERTS_VARIABLE, HOME_VARIABLE, LANGUAGE_VARIABLE
from g60_pipeline.wording import BilingualText, told

FILE_NAME: Final = "network.yaml"
"""Settings file below `G60_HOME`; the environment wins over it."""

PREFIX: Final = "G60_"
DELIMITER: Final = "__"

OTHERS: Final = (HOME_VARIABLE, ALERTS_VARIABLE, LANGUAGE_VARIABLE)
"""Variables of the prefix that are no settings of the network."""

BY_NAME: Final = ("base_urls", "keys", "proxies")
"""Settings of several values: one variable each, its name after the delimiter."""


class NoSuchSettingError(G60Error):
    """A setting, or the source it is for, does not exist: a typing error, whatever the value."""


def _like(pattern: str, rule: BilingualText) -> AfterValidator:
    """Return the check of a whole text or secret; it does not show the value."""

    def check(value: Any) -> Any:
        if not re.fullmatch(pattern, value.get_secret_value() if isinstance(value, SecretStr) else value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def _bundle(path: Path) -> Path:
    try:
        found = path.expanduser()
    except (RuntimeError, ValueError) as error:
        raise ValueError(told("live.setting.absolute")) from error
    if not found.is_absolute():
        raise ValueError(told("live.setting.absolute"))
    try:
        ssl.create_default_context(cafile=str(found))
    except (OSError, ValueError) as error:
        raise ValueError(told("live.setting.no_bundle")) from error
    return found


_CONTACT: Final = _like(
    r"[!-'*-?A-~]+@[!-'*-?A-~]+\.[!-'*-?A-~]+|https://[!-'*-~]+",
    told("live.setting.contact"),
)
_KEY: Final = _like(r"[!-~]+", told("live.setting.key"))
_PROXY: Final = _like(r"https?://[!-~]+", told("live.setting.proxy"))


class NetworkSettings(BaseSettings):
    """What an operator may set about the network.

    `contact` goes into the User-Agent; `base_urls` and `keys` go by `source_id`; with no `proxies` the usual
    HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold; `ca_bundle` replaces the certificate authorities that are trusted; `pace`
    multiplies every interval and backoff, a wait the service asks for excepted.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    contact: Annotated[str, _CONTACT] | None = None
    base_urls: dict[str, Annotated[str, AfterValidator(checked_base_url)]] = Field(default_factory=dict)
    keys: dict[str, Annotated[SecretStr, _KEY]] = Field(default_factory=dict)
    proxies: dict[Annotated[str, Field(pattern="^https?$")], Annotated[str, _PROXY]] = Field(
        default_factory=dict, repr=False
    )
    ca_bundle: Annotated[Path, AfterValidator(_bundle)] | None = None
    pace: float = Field(default=1.0, ge=0, allow_inf_nan=False)

    @classmethod
    def load(cls, home: Path) -> NetworkSettings:
        """Return the settings of an installation.

        Args:
            home: `G60_HOME`, which may hold a `network.yaml`.

        Raises:
            NoSuchSettingError: A setting, or a variable that begins with `G60_`, is unknown.
            G60Error: The file cannot be read, or a value is not allowed. No value is shown.
        """
        _check_variables()
        file = home / FILE_NAME
        written = _written(file)
        try:
            environment = EnvSettingsSource(cls)()
            for name in BY_NAME:  # set in both, they add up
                if isinstance(written.get(name), dict) and isinstance(environment.get(name), dict):
                    environment[name] = written[name] | environment[name]
            return cls(**written | environment)
        except SettingsError as error:
            field = re.search(r'field "(\w+)"', str(error))
            name = PREFIX + (field.group(1).upper() if field else "*")
            raise G60Error.of("network.no_json", name, name=name, delimiter=DELIMITER) from None
        except ValidationError as error:
            raise _reason(error, file=file) from None

    @classmethod
    def checked(cls, home: Path, plans: Sequence[LiveSource]) -> NetworkSettings:
        """Return the settings of an installation, every source named in them known.

        Args:
            home: `G60_HOME`, which may hold a `network.yaml`.
            plans: The live sources of the catalog.

        Raises:
            NoSuchSettingError: A setting, a variable or a source named there is unknown, or a key is for a source that
                takes none.
            G60Error: The file cannot be read, or a value is not allowed. No value is shown.
        """
        settings = cls.load(home)
        with_key = [plan.source_id for plan in plans if plan.key_prefix is not None]
        for field, known in (("base_urls", [plan.source_id for plan in plans]), ("keys", with_key)):
            for name in getattr(settings, field):
                if name not in known:
                    meant = told("live.setting.meant", name=variable(field, _nearest(name, known))) if known else ""
                    values = {"name": name, "known": ", ".join(known), "meant": meant, "file": FILE_NAME}
                    raise NoSuchSettingError.of("network.no_source", variable(field, name), **values)
        return settings


def variable(field: str, source_id: str) -> str:
    """Return the variable that sets a field for one source, such as `G60_KEYS__OPENALEX`."""
    return f"{PREFIX}{field}{DELIMITER}{source_id}".upper()


def _check_variables() -> None:
    """Refuse a variable of the prefix that sets nothing, naming the nearest that does; an empty one is let be."""
    single = [*(PREFIX + name.upper() for name in NetworkSettings.model_fields), *OTHERS]
    several = [PREFIX + name.upper() + DELIMITER for name in BY_NAME]
    for name, value in sorted(os.environ.items()):
        written = name.upper()
        known = written in single or any(written.startswith(s) and written != s for s in several)
        if value and written.startswith(PREFIX) and not known:
            meant = _meant(written, single, several)
            raise NoSuchSettingError.of("network.no_variable", name, known=", ".join(single), meant=meant)


def _meant(written: str, single: Sequence[str], several: Sequence[str]) -> str:
    """Return the variable nearest to one that does not exist."""
    field, delimiter, rest = written.partition(DELIMITER)
    if field in single and field + DELIMITER not in several:
        return field
    begun = next((s for s in several if written.startswith(s[:-1])), None)
    if begun is not None:
        return begun + (written.removeprefix(begun[:-1]).strip("_") or "NAME")
    return _nearest(field + delimiter, several) + rest if rest else _nearest(written, single)


def _nearest(name: str, known: Iterable[str]) -> str:
    return difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)[0]


def _written(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise G60Error.of("network.no_text", str(file), kind=type(error).__name__) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)  # the error's own words quote the file, which may hold keys
        line = told("live.setting.line", line=mark.line + 1) if mark else ""
        raise G60Error.of("network.no_yaml", str(file), line=line) from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise G60Error.of("network.no_list", str(file))
    return values


def _reason(error: ValidationError, *, file: Path) -> G60Error:
    first = error.errors(include_input=False)[0]
    where = [str(part) for part in first["loc"] if part != "[key]"]
    raised = first.get("ctx", {}).get("error")
    rule = raised.args[0] if isinstance(raised, ValueError) else first["msg"]
    names = [f"{PREFIX}{DELIMITER.join(where[:depth])}".upper() for depth in range(len(where), 0, -1)]
    variables = {name.upper() for name, value in os.environ.items() if value}
    subject = next((name for name in names if name in variables), f"{file}, {'.'.join(where)}")
    if first["type"] != "extra_forbidden":
        return G60Error.of("network.refused", subject, reason=rule)
    return NoSuchSettingError.of("network.no_setting", subject, known=", ".join(NetworkSettings.model_fields))
