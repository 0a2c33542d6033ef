"""Settings of the network: where they come from, which values are refused, and that no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from g60_pipeline.errors import G60Error
from g60_pipeline.ingest.live.http.settings import NetworkSettings, NoSuchSettingError, variable


def refused(home: Path) -> G60Error:
    with pytest.raises(G60Error) as caught:
        NetworkSettings.load(home)
    assert caught.value.__cause__ is None
    assert caught.value.remedy
    return caught.value


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    settings = NetworkSettings.load(tmp_path)
    assert (settings.contact, settings.base_urls, settings.keys, settings.proxies) == (None, {}, {}, {})
    assert (settings.ca_bundle, settings.pace) == (None, 1.0)


def test_variables_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G60_CONTACT", "me@example.org")
    monkeypatch.setenv("G60_BASE_URLS__OECD_SDMX", "http://127.0.0.1:8000/oecd/")
    monkeypatch.setenv(variable("keys", "openalex"), "12e45")
    monkeypatch.setenv("G60_PROXIES__HTTPS", "http://proxy.example:3128")
    monkeypatch.setenv("G60_PACE", "2.5")
    settings = NetworkSettings.load(tmp_path)
    assert settings.contact == "me@example.org"
    assert settings.base_urls == {"oecd_sdmx": "http://127.0.0.1:8000/oecd"}
    assert settings.keys["openalex"].get_secret_value() == "12e45"
    assert settings.proxies == {"https": "http://proxy.example:3128"}
    assert settings.pace == 2.5


def test_other_variables_and_empty_ones_do_not_disturb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("G60_HOME", "G60_ALERT_URLS", "G6_KEYRING"):
        monkeypatch.setenv(name, "x")
    for name in ("G60_CONTACT", "G60_KEYS__OPENALEX", "G60_BASE_URLS", "G60_KEYRING"):
        monkeypatch.setenv(name, "")
    assert NetworkSettings.load(tmp_path) == NetworkSettings()


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "network.yaml").write_text(
        "contact: https://example.org/me\nbase_urls: {a: https://a.example, b: https://b.example}\nkeys: {a: from-file}\n"
    )
    monkeypatch.setenv("G60_CONTACT", "me@example.org")
    monkeypatch.setenv("G60_BASE_URLS__B", "https://other.example")
    settings = NetworkSettings.load(tmp_path)
    assert settings.contact == "me@example.org"
    assert settings.base_urls == {"a": "https://a.example", "b": "https://other.example"}
    assert settings.keys["a"].get_secret_value() == "from-file"


def test_an_empty_file_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_text("# nothing yet\n")
    assert NetworkSettings.load(tmp_path) == NetworkSettings()


@pytest.mark.parametrize(
    ("text", "subject", "rule"),
    [
        ("kontact: me@example.org\n", "network.yaml, kontact", "there is no such setting (there are contact,"),
        ("contact: nobody\n", "network.yaml, contact", "a contact is a mail address"),
        ("contact: me@example.org (me)\n", "network.yaml, contact", "a contact is a mail address"),
        ("base_urls: {sse: 'http://host.example'}\n", "network.yaml, base_urls.sse", "a base URL must be https"),
        ("base_urls:\n", "network.yaml, base_urls", "valid dictionary"),
        ("proxies: {ftp: 'http://p.example'}\n", "network.yaml, proxies.ftp", "'^https?$'"),
        ("proxies: {http: 'p.example:3128'}\n", "network.yaml, proxies.http", "a proxy is http://host:port"),
        ("pace: -1\n", "network.yaml, pace", "greater than or equal to 0"),
        ("pace: .inf\n", "network.yaml, pace", "finite"),
        ("ca_bundle: authorities.pem\n", "network.yaml, ca_bundle", "must be absolute"),
        ("ca_bundle: /nowhere/authorities.pem\n", "network.yaml, ca_bundle", "not a readable file of certificates"),
        ('base_urls: {sse: "https://exam\\ud800ple.org"}\n', "network.yaml, base_urls.sse", "no full http"),
        ('ca_bundle: "/own\\ud800.pem"\n', "network.yaml, ca_bundle", "not a readable file of certificates"),
        ('ca_bundle: "~nobody\\ud800/own.pem"\n', "network.yaml, ca_bundle", "must be absolute"),
        ("ca_bundle: ~nobody-here/own.pem\n", "network.yaml, ca_bundle", "must be absolute"),
        ("- contact\n", "network.yaml", "`name: value`"),
        ("1: 2\n", "network.yaml", "`name: value`"),
        ("contact: [\n", "network.yaml", "not readable as YAML (line 2)"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path: Path, text: str, subject: str, rule: str) -> None:
    (tmp_path / "network.yaml").write_text(text)
    error = refused(tmp_path)
    assert error.subject == str(tmp_path / subject)
    assert rule in error.rule


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    file.write_bytes("contact: 沪".encode("gbk"))
    assert refused(tmp_path).subject == str(file)
    file.unlink()
    file.mkdir()
    assert refused(tmp_path).subject == str(file)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("G60_BASE_URLS__SSE_STAR", "http://host.example", "a base URL must be https"),
        ("G60_CONTACT", "me", "a contact is a mail address"),
        ("G60_PACE", "fast", "valid number"),
        ("G60_BASE_URLS", "{not json", "not readable as JSON"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    error = refused(tmp_path)
    assert error.subject == name
    assert rule in error.rule


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("G60_BASE_URL__WORLDBANK", "G60_BASE_URLS__WORLDBANK"),
        ("G60_BASE_URLS_WORLDBANK", "G60_BASE_URLS__WORLDBANK"),
        ("G60_KEY__OPENALEX", "G60_KEYS__OPENALEX"),
        ("G60_PROXY__HTTPS", "G60_PROXIES__HTTPS"),
        ("G60_CONTACTS", "G60_CONTACT"),
        ("G60_CONTACT__WIKIDATA", "G60_CONTACT"),
        ("G60_ALERT_URL", "G60_ALERT_URLS"),
        ("G60_HOMES", "G60_HOME"),
        ("G60_BASE_URLS__", "G60_BASE_URLS__NAME"),
    ],
)
def test_a_variable_that_sets_nothing_is_told_with_the_nearest_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "hush")
    error = refused(tmp_path)
    assert isinstance(error, NoSuchSettingError)
    assert error.subject == name
    assert f"Did you mean {meant}?" in error.remedy
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "keys: {openalex: 'hush hush'}\n",
        "keys: {openalex: [hush]}\n",
        "keys: {openalex: hush\n",
        "keys: {openalex: !hush x}\n",
        "keys: hush\n",
        "proxies: {http: 'me:hush@p.example'}\n",
    ],
)
def test_no_message_shows_a_secret(tmp_path: Path, text: str) -> None:
    (tmp_path / "network.yaml").write_text(text)
    assert "hush" not in str(refused(tmp_path))


def test_the_settings_show_no_secret() -> None:
    settings = NetworkSettings.model_validate(
        {"keys": {"openalex": "hush"}, "proxies": {"http": "http://me:hush@p.example"}}
    )
    assert "hush" not in repr(settings) + str(settings)
