"""config.toml refused: key, file, line and value are named, with what is allowed; never a secret."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailproc import config_load
from mailproc.config import Config
from mailproc.errors import Misconfigured
from mailproc.protocols import registry

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "config.toml"

MAILBOX = """
[[mailbox]]
name = "intray"
host = "127.0.0.1"
user = "ill"
password = { env = "BOX_PASSWORD" }
"""
ENV = "{ env = 'BOX_PASSWORD' }"
OAUTH = (
    MAILBOX.replace("password = ", "#")
    + "auth = 'oauth2'\ntoken_url = 'https://x.example'\nclient_id = 'x'\n"
)
PARTNER = """
[[partner]]
symbol = "UK-BL"
address = "orders@supplier.example"
"""
ACCOUNT = """
[[partner.artemail.account]]
direction = "out"
customer_code = "99-0001"
password = { env = "ART_PASSWORD" }
"""
HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzYWx0$CwsBSVCYsUaTdcMyT6Zl4cWgSyzzVLzRlEF3Ap6Lp4g"
LOGIN = f"\n[partner.login]\nuser = 'bl'\nhash = '{HASH}'"
TLS = "[listen]\ntls_cert = 'cert.pem'\n"
SMTP = "[deliver]\nmode = 'smtp'\nhost = 'relay.example'\n"
BOX_SECRET, ART_SECRET = "correct-horse-7", "ZZTOP99"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_PASSWORD", BOX_SECRET)
    monkeypatch.setenv("ART_PASSWORD", ART_SECRET)


def load(folder: Path, text: str) -> Config:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config_load.load(file, registry.problems)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(folder, text)
    assert str(folder / "config.toml") in str(caught.value)
    assert caught.value.__cause__ is None, "pydantic's own error holds values"
    return str(caught.value)


# --- what is refused, and how it is said --------------------------------------------------------

REFUSED = [
    # file, the words that must be in the answer
    ("[library]\nemial = 'a@b.example'", ["line 2", "library.emial", 'did you mean "email"?']),
    ("[libary]\n", ["libary", 'did you mean "library"?']),
    (
        "[schedule]\noverdue = '0 7 * * *'",
        ["schedule.overdue", "unknown key; known here: archive, backup, catalogues"],
    ),
    ("[schedule]\nsweep = 'now and then'", ["line 2", "schedule.sweep", "every 60s"]),
    ("[schedule]\nsweep = ''", ["schedule.sweep", "every 60s"]),
    ("[schedule]\ndocuments = 'at night'", ["schedule.documents", "every 60s"]),
    ("[documents]\ntypes = ['pdf', 'exe']", ["documents.types", "pdf, tiff"]),
    ("[documents]\nmax_count = 0", ["documents.max_count", "at least 1"]),
    ("[policy]\nchase_days = -1", ["policy.chase_days", "at least 0"]),
    ("[policy]\nloan_days = 9\nreader_days_before = 9", ["policy.reader_days_before", "policy.loan_days"]),
    ("[policy]\noverdue_levels = 1000", ["policy.overdue_levels", "at most 99"]),
    ("file = 'x'", ["file: unknown key"]),
    ("[library]\ntime_zone = 'Europe/Lodon'", ["time_zone", "Europe/Lodon", "Europe/London"]),
    ("[library]\ntime_zone = '../../etc/passwd'", ["time_zone", "no such time zone"]),
    ("[library]\nemail = 'a@b.example\\nBcc: c@d.example'", ["library.email", "address"]),
    ('[library]\nemail = "a@b.example\\nBcc: c@d.example"', ["library.email", "address"]),
    ("[library]\nlanguage = '../x'", ["library.language"]),
    ("[library]\nclosed = ['mon', 'Easter']", ["library.closed", "Easter", "one of mon"]),
    (PARTNER + "[partner.lending]\nclosed = ['2026-12-40']", ["lending.closed", "2026-12-40"]),
    (PARTNER + "[partner.lending]\ncountry = 'UK-'", ["lending.country", "UK-", "two letters"]),
    ("[[rota]]\nname = 'one'\ncountries = ['Eire']", ["rota", "countries", "Eire", "two letters"]),
    ("[[rota]]\nname = 'one'\norder = ['country']", ["rota", "order", "country needs the countries"]),
    ("[library]\nsymbol = ''", ["library.symbol"]),
    ("[store]\nurl = 'mysql://host/db'", ["store.url", "mysql://host/db", "sqlite:///"]),
    ("[store]\nurl = 'sqlite://'", ["store.url"]),
    ("[store]\nurl = 'nonsense'", ["store.url"]),
    ("[listen]\nport = '25'", ["listen.port", '"25"', "whole number"]),
    ("[listen]\nport = 70000", ["listen.port", "70000", "at most 65535"]),
    ("[listen]\nenabled = 'yes'", ["listen.enabled", "true or false"]),
    ("[listen]\nnetworks = ['10.0.0.1/8']", ["listen.networks[1]", "10.0.0.1/8"]),
    ("[listen]\nhost = '0.0.0.0'\nnetworks = []", ["listen.networks", "who may connect"]),
    ("[listen]\nhost = '::'\nnetworks = []", ["listen.networks", "who may connect"]),
    ("[listen]\nrecipients = ['ill']", ["listen.recipients[1]", '"ill"']),
    ("[listen]\ntls_key = 'k.pem'", ["listen.tls_cert", "certificate"]),
    ("[listen]\nrequire_tls = true", ["listen.require_tls", "tls_cert"]),
    ("[listen]\nlogin = ['CRAM-MD5']", ["listen.login[1]", "CRAM-MD5", "'PLAIN' or 'LOGIN'"]),
    ("[proof]\nauthserv_id = 'mx library'", ["proof.authserv_id", "host name"]),
    ("[proof]\nreceived_by = 'mx.lib.example'", ["line 2", "proof.received_by", "authserv_id"]),
    ("[proof]\nauthserv_id = 'mx.lib.example'\ndoors = ['intray']", ["proof.doors[1]", "intray", "listener"]),
    (
        "[proof]\nauthserv_id = 'mx.lib.example'\n" + MAILBOX + PARTNER + "proof = ['dmarc']" + ACCOUNT,
        ["proof.doors", "intray and listener", "others could write"],
    ),
    (
        "[proof]\nauthserv_id = 'mx.lib.example'\n"
        + PARTNER
        + "proof = ['dmarc', 'network']\nnetworks = ['192.0.2.0/24']"
        + ACCOUNT,
        ["proof.relay", "UK-BL connects", "192.0.2.25/32"],
    ),
    ("[proof]\nauthserv_id = 'mx.lib.example'\nrelay = ['mx']", ["proof.relay[1]", "a network of numbers"]),
    (
        "[listen]\nnetworks = ['127.0.0.11/24']",
        ["listen.networks[1]", "write 127.0.0.0/24, or 127.0.0.11/32 for one host"],
    ),
    ("[proof]\nauthserv_id = 'mx.lib.example.'", ["proof.authserv_id", "without a dot at the end"]),
    (PARTNER + "proof = 'network'" + ACCOUNT, ["proof", 'must be a list, as proof = ["network"]']),
    ("[proof]\ndns_timeout = 0", ["proof.dns_timeout", "more than 0"]),
    ("[deliver]\nmode = 'smtp'", ["deliver.host", "smtp"]),
    ("[deliver]\nmode = 'smpt'", ["deliver.mode", '"smpt"', "'folder' or 'smtp'"]),
    ("[deliver]\nfolder = ''", ["deliver.folder"]),
    ("[deliver]\nport = -1", ["deliver.port", "-1"]),
    ("[deliver]\nuser = 'u'", ["deliver.password", "env"]),
    (f"[library]\nemail = '{'i' * 33}@x.example'\n[deliver]\nverp = true", ["deliver.verp", "32 characters"]),
    ("[deliver]\npassword = { env = 'BOX_PASSWORD' }", ["deliver.user"]),
    ("[policy]\nloan_days = -1", ["policy.loan_days", "at least 0"]),
    ("[artemail]\nfollows = { NOT = 'nxt' }", ["artemail.follows.NOT", "nxt", "'next'"]),
    ("mailbox = 3", ["mailbox = 3", "list"]),
    (
        "[mailbox]\nname = 'x'",
        ["mailbox: there may be several: write [[mailbox]]", "mailbox[x].host: is missing"],
    ),
    (MAILBOX.replace("host", "hsot"), ["mailbox[intray].hsot: unknown key", 'did you mean "host"?']),
    (MAILBOX + "auth = 'oauth'", ["mailbox[intray].auth", '"oauth"', "'password' or 'oauth2'"]),
    (MAILBOX + "auth = 'oauth2'", ["mailbox[intray].password", "remove it", "token_url: is missing"]),
    (OAUTH.replace("client_id", "scope"), ["mailbox[intray].client_id: is missing"]),
    (OAUTH, ["mailbox[intray].client_secret: is missing", "device_url", "refresh_token"]),
    (OAUTH + "client_secret = 'abc'", ["mailbox[intray].client_secret", "not written into this file"]),
    (
        OAUTH + f"device_url = 'https://x.example'\nrefresh_token = {ENV}",
        ["refresh_token", "a consent already"],
    ),
    *[
        (OAUTH + f"device_url = '{url}'", ["mailbox[intray].device_url", "begins with https://"])
        for url in (
            "http://x.example/",
            "x.example",
            "https://",
            "https://a:b@x.example",
            "https://x:y",
            "https://x /",
        )
    ],
    (f"[deliver]\nauth = 'oauth2'\ntoken_url = 'https://x.example'\nclient_secret = {ENV}", ["deliver.user"]),
    (MAILBOX + "after = 'move:'", ["mailbox[intray].after", "move:FOLDER"]),
    (MAILBOX + "after = 'burn'", ["mailbox[intray].after", '"burn"', "seen"]),
    (MAILBOX + "after = 'move:INBOX'", ["mailbox[intray].after", "read from"]),
    (MAILBOX + "port = 99999", ["mailbox[intray].port"]),
    (MAILBOX + "batch = 0", ["mailbox[intray].batch", "at least 1"]),
    (MAILBOX.replace("intray", "Listener"), ["mailbox[Listener].name", "this name is reserved"]),
    (MAILBOX.replace("intray", "inject"), ["mailbox[inject].name", "this name is reserved"]),
    (MAILBOX.replace("intray", "in tray"), ["name", "letters"]),
    (MAILBOX + MAILBOX.replace("intray", "InTray"), ["line 3", "line 9", "two mailboxes"]),
    (MAILBOX.replace('password = { env = "BOX_PASSWORD" }', ""), ["mailbox[intray].password", "missing"]),
    (PARTNER, ["partner[UK-BL].artemail.account", 'direction = "out"']),
    (PARTNER + "roles = ['REQUESTER']" + ACCOUNT, ["partner[UK-BL].artemail.account", 'direction = "in"']),
    (PARTNER + "roles = ['LENDER']" + ACCOUNT, ["roles[1]", "LENDER", "RESPONDER"]),
    (PARTNER + "roles = []" + ACCOUNT, ["roles", "lends to us"]),
    (PARTNER + "proof = ['dkmi']" + ACCOUNT, ["proof[1]", "'network'", "'none'", 'did you mean "dkim"?']),
    (PARTNER + "proof = ['spf']" + ACCOUNT, ["proof[1]", 'write "dmarc"']),
    (PARTNER + "proof = 'dkim'" + ACCOUNT, ["line 5", "partner[UK-BL].proof", "a list"]),
    (PARTNER + "proof = ['dkim', 'dkim']" + ACCOUNT, ["proof[2]", "twice"]),
    (PARTNER + "proof = ['dmarc']" + ACCOUNT, ["line 5", "partner[UK-BL].proof", "[proof] authserv_id"]),
    (PARTNER + "proof = ['login']" + LOGIN + ACCOUNT, ["partner[UK-BL].proof", "[listen] tls_cert"]),
    (TLS + PARTNER + "proof = ['login']" + ACCOUNT, ["[partner.login]", "mailproc password"]),
    (TLS + PARTNER + LOGIN.replace("bl'", "'") + ACCOUNT, ["login.user", "logs in with"]),
    (TLS + PARTNER + LOGIN.replace("$argon2id", "$argon2i") + ACCOUNT, ["login.hash", "mailproc password"]),
    (TLS + PARTNER + LOGIN.replace(HASH, "") + ACCOUNT, ["login.hash", "mailproc password"]),
    *(
        (
            TLS + PARTNER + LOGIN.replace(HASH, HASH[:-cut]) + ACCOUNT,
            ["login.hash", "not whole; copy it again"],
        )
        for cut in (1, 2, 3)
    ),
    (TLS + PARTNER + LOGIN.replace("p=1", "p=2") + ACCOUNT, ["login.hash", "argon2 does not know"]),
    (TLS + PARTNER + LOGIN.replace("t=1", "t=0") + ACCOUNT, ["login.hash", "argon2 does not know"]),
    (TLS + PARTNER + LOGIN.replace("m=8,", "m=99999999,") + ACCOUNT, ["login.hash", "costs too much"]),
    (PARTNER + "[partner.login]\nuser = 'x'\nhash = 'ZZTOP99'" + ACCOUNT, ["login.hash", "prints"]),
    (
        PARTNER + "[partner.login]\nuser = 'x'\nhash = { env = 'NOT_SET' }" + ACCOUNT,
        ["login.hash", "NOT_SET"],
    ),
    (
        TLS + PARTNER + LOGIN + ACCOUNT + PARTNER.replace("-BL", "-B") + LOGIN + ACCOUNT,
        ["two partners", "user"],
    ),
    (
        SMTP + PARTNER + ACCOUNT,
        ["line 5", "partner[UK-BL].proof", "not written", 'proof = ["none"]', '["dkim"]'],
    ),
    (SMTP + PARTNER + "proof = []" + ACCOUNT, ["line 8", "partner[UK-BL].proof", "not written"]),
    (PARTNER + "proof = ['network']" + ACCOUNT, ["partner[UK-BL].networks", "needs the networks"]),
    (PARTNER + "networks = ['192.0.2.0/33']" + ACCOUNT, ["networks[1]", "192.0.2.0/33"]),
    (PARTNER + "codec = 'iso18626'" + ACCOUNT, ["partner[UK-BL].codec", "artemail"]),
    (PARTNER + "accepts_from = ['lender.example']" + ACCOUNT, ["accepts_from[1]", "@lender.example"]),
    (PARTNER + ACCOUNT.replace('"out"', '"sideways"'), ["direction", "sideways", "'out' or 'in'"]),
    (PARTNER + ACCOUNT.replace("99-0001", "99-01"), ["customer_code", "99-01", "NN-NNNN"]),
    (PARTNER + ACCOUNT + ACCOUNT, ["customer_code", "twice"]),
    (PARTNER + ACCOUNT + PARTNER.replace("UK-BL", "uk-bl") + ACCOUNT, ["partner[uk-bl].symbol", "two"]),
    (PARTNER + "aliases = ['uk-bl']" + ACCOUNT, ["partner[UK-BL]", "twice"]),
    (PARTNER + "language = '../x'" + ACCOUNT, ["partner[UK-BL].language", "such as"]),
    (PARTNER + "[partner.manner]\nrecieved = 'LOCAL'" + ACCOUNT, ["manner.recieved", '"received"']),
    (PARTNER + "[partner.manner]\nreceived = 'SHOUT'" + ACCOUNT, ["manner.received", "SHOUT", "'NOTICE'"]),
    (PARTNER + "[partner.artemail]\nprefix = 'LIB '" + ACCOUNT, ["prefix", "letters, digits"]),
    (PARTNER + "[partner.artemail]\nguard_word = 'TX'" + ACCOUNT, ["guard_word", "TX"]),
    (PARTNER + "[partner.artemail]\nguard_word = ''" + ACCOUNT, ["guard_word"]),
    (PARTNER + "[partner.artemail]\nkeywords = { cancel = '' }" + ACCOUNT, ["keywords.cancel"]),
    (PARTNER + "[partner.artemail]\ndelivery = { loan = 'L Ł' }" + ACCOUNT, ["delivery.loan", "ASCII"]),
    ("[library\n", ["line 1: library: a table is opened by its name in brackets", "write [library]"]),
    ('[library]\nname = "A"\nname = "B"\n', ["line 3: library.name: stands there twice"]),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_refused_with_key_value_and_what_is_allowed(tmp_path: Path, text: str, words: list[str]) -> None:
    told = refusal(tmp_path, text)
    for word in words:
        assert word in told
    assert BOX_SECRET not in told
    assert ART_SECRET not in told


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        "[library]\nemial = 'a@b.example'\ntime_zone = 'Nowhere'\n" + MAILBOX + "pol = 'every 5m'\n" + PARTNER
        + "proof = ['dmarc']\n[partner.artemail]\nsevice = 'S'" + ACCOUNT.replace("99-0001", "x")
    )  # fmt: skip
    told = refusal(tmp_path, text)
    assert "has 6 problems" in told
    numbers = [int(number) for number in re.findall(r"line (\d+)", told)]
    assert numbers == sorted(numbers)
    assert len(numbers) == 6


def test_the_error_carries_its_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path, "[library]\ntime_zone = 'Nowhere'")
    setting = caught.value.setting
    assert setting is not None
    assert (setting.key, setting.value) == ("library.time_zone", "Nowhere")
    assert setting.file == str(tmp_path / "config.toml")


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file; --config FILE"):
        config_load.load(tmp_path / "absent.toml", registry.problems)


@pytest.mark.parametrize("octets", [b"\xff\xfe[\x00l", b"name = '\xe9'"])
def test_a_file_that_is_no_text(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(octets)
    with pytest.raises(Misconfigured, match="not UTF-8"):
        config_load.load(tmp_path / "config.toml", registry.problems)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        config_load.load(tmp_path, registry.problems)


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff[library]\nname = 'Ö'").library.name == "Ö"


# --- secrets ------------------------------------------------------------------------------------


def test_secrets_come_from_the_environment_and_from_files(tmp_path: Path) -> None:
    (tmp_path / "relay").write_text("p{a}ss wörd\n", encoding="utf-8")
    text = MAILBOX + PARTNER + ACCOUNT + '[deliver]\nuser = "u"\npassword = { file = "relay" }\n'
    config = load(tmp_path, text)
    assert config.mailbox[0].password == SecretStr(BOX_SECRET)
    assert config.deliver.password == SecretStr("p{a}ss wörd")
    assert config_load.secrets(config) == sorted([BOX_SECRET, ART_SECRET, "p{a}ss wörd"])
    assert not [secret for secret in config_load.secrets(config) if secret in repr(config)]


def test_the_defaults_hold_no_secret(tmp_path: Path) -> None:
    assert config_load.secrets(load(tmp_path, "")) == []


WRITTEN = '{ env = "BOX_PASSWORD" }'
SECRETS_GIVEN_WRONG = [
    ('"hunter2"', 'write password = { env = "NAME" } or password = { file = "/run/secrets/name" }'),
    ("20202020", "a secret is not written into this file"),
    ('["hunter2"]', "a secret is not written into this file"),
    ('{ value = "hunter2" }', "a secret is not written into this file"),
    ('{ env = "BOX_PASSWORD", file = "hunter2" }', "a secret is not written into this file"),
    ('{ env = "hunter2" }', "the environment variable named there is not set"),
    ('{ env = "NOT_SET_ANYWHERE" }', "the environment variable NOT_SET_ANYWHERE is not set"),
    (
        '{ file = "hunter2" }',
        "the file named there cannot be read: there is no such file (a path counts from",
    ),
    ('{ file = "/nowhere/{x}" }', "the file /nowhere/{x} cannot be read"),
    ('{ file = "/nowhere/\\u0000" }', "cannot be read: no file can have this name"),
    ('{ file = "/dev/" }', "the file /dev/ cannot be read: Is a directory"),
    ('{ env = "EMPTY" }', "empty"),
    ('{ env = "TWO_LINES" }', "line break"),
]


@pytest.mark.parametrize(("given_as", "words"), SECRETS_GIVEN_WRONG)
def test_a_secret_given_wrongly_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_as: str, words: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("TWO_LINES", "hunter2\nhunter2")
    told = refusal(tmp_path, MAILBOX.replace(WRITTEN, given_as))
    assert "mailbox[intray].password" in told
    assert words in told
    assert "hunter2" not in told
    assert "2020" not in told


@pytest.mark.parametrize(
    "text",
    [
        "[store]\nurl = 'postgresql+psycopg://mailproc:hunter2@db.example/ill'",
        "[store]\nurl = 'postgresql+psycopg://db.example/ill?password=hunter2'",
        "[store]\nurl = 'mysql://mailproc:hunter2@db.example/ill'",
        "[deliver]\npasswort = 'hunter2'",
        "[[mailbox]]\npasswrd = 'hunter2'",
        "mailbox = { name = 'x', password = 'hunter2' }",
        "[deliver]\nhost = { password = 'hunter2' }",
        "[library]\naliases = { password = 'hunter2' }",
        "[deliver]\npassword = 'hunter2",
    ],
)
def test_no_way_of_writing_a_password_gets_it_printed(tmp_path: Path, text: str) -> None:
    assert "hunter2" not in refusal(tmp_path, text)


def test_an_accounts_password_must_fit_one_line_of_ascii(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ART_PASSWORD", "pass wörd")
    told = refusal(tmp_path, PARTNER + ACCOUNT)
    assert "account[1].password" in told
    assert "wörd" not in told


def test_no_new_order_goes_by_the_accounts_of_disabled_artemail(tmp_path: Path) -> None:
    disabled = "codec = 'iso10161'\n[partner.artemail]\nenabled = false\n" + ACCOUNT
    (partner,) = load(tmp_path, PARTNER + disabled).partner
    assert partner.artemail.accounts_in_use == ()
    assert [one.customer_code for one in partner.artemail.account] == ["99-0001"]
    assert ART_SECRET in config_load.secrets(load(tmp_path, PARTNER + disabled)), "the log masks it"
    (partner,) = load(tmp_path, PARTNER + disabled.replace("false", "true")).partner
    assert [one.customer_code for one in partner.artemail.accounts_in_use] == ["99-0001"]
    assert "ARTEmail RESPONDER needs" in refusal(tmp_path, PARTNER + disabled.replace("iso10161", "artemail"))


def test_the_password_of_a_person_is_sent_to_no_other_section(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[[staff]]\nlogin = "rau"\npassword = "secret word"\n')
    assert "mailproc staff add LOGIN" in said and "[deliver]" not in said and "secret word" not in said
