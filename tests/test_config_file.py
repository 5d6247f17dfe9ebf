"""config.toml read: the shipped file has every key at its default; times, lines, warnings."""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from mailproc import config_load
from mailproc.catalogues import marc
from mailproc.config import Catalogue, Config, Hook, Mailbox, Partner, Section
from mailproc.config_load import poll
from mailproc.config_load.schema import section_in
from mailproc.config_load.toml_file import lines_of
from mailproc.errors import Misconfigured
from mailproc.protocols import registry
from tests.support import short_form

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "config.toml"

MAILBOX = """
[[mailbox]]
name = "intray"
host = "127.0.0.1"
user = "ill"
password = { env = "BOX_PASSWORD" }
"""
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
BOX_SECRET, ART_SECRET = "correct-horse-7", "ZZTOP99"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_PASSWORD", BOX_SECRET)
    monkeypatch.setenv("ART_PASSWORD", ART_SECRET)


def load(folder: Path, text: str) -> Config:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return config_load.load(file, registry.problems)


def said_aloud(config: Config) -> list[str]:
    """What ``check`` and the service say of it."""
    return [*config_load.warnings(config), *registry.load(config).warnings]


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(folder, text)
    assert str(folder / "config.toml") in str(caught.value)
    assert caught.value.__cause__ is None, "pydantic's own error holds values"
    return str(caught.value)


# --- the shipped file ---------------------------------------------------------------------------


@pytest.fixture
def _passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    oauth = ("OAUTH_CLIENT_SECRET", "OAUTH_REFRESH_TOKEN", "HOOK_SECRET", "NCIP_TOKEN")
    for name in ("ILL_MAILBOX_PASSWORD", "RELAY_PASSWORD", "ILS_PASSWORD", "ZFL_PASSWORD", *oauth):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("HUB_PATH", "a-path-that-nobody-guesses")
    monkeypatch.setenv("DESK_CLIENT_SECRET", "x")


def entries_uncommented() -> str:
    """The shipped file with its entries to copy: "#" without a blank behind it is taken away."""
    return re.sub(r"^#(?=[\[\w])", "", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)


def known_keys(section: type[Section]) -> set[str]:
    return {key for key, field in section.model_fields.items() if not field.exclude}


def assert_every_key(section: type[Section], data: Mapping[str, Any], where: str) -> None:
    if section is not Config:
        assert set(data) == known_keys(section), f"{where} in config.toml and in config.py differ"
    for key, value in data.items():
        inner = section_in(section.model_fields[key].annotation)
        for each in value if isinstance(value, list) else [value]:
            if inner is not None:
                assert_every_key(inner, each, f"{where}.{key}")


def test_the_shipped_file_has_every_key_there_is() -> None:
    data = tomllib.loads(entries_uncommented())
    assert set(data) == {key for key in known_keys(Config) if section_keys(key)}
    assert_every_key(Config, data, "config")


def section_keys(key: str) -> set[str]:
    section = section_in(Config.model_fields[key].annotation)
    assert section is not None
    return known_keys(section)


def test_the_shipped_file_is_the_defaults() -> None:
    shipped = config_load.load(SHIPPED, registry.problems)
    defaults = Config(file=SHIPPED)
    expected = defaults.library.model_copy(update={"staff": defaults.library.email})
    assert shipped == defaults.model_copy(update={"library": expected})


@pytest.mark.usefixtures("_passwords")
def test_the_shipped_entries_stand_at_the_defaults(tmp_path: Path) -> None:
    text = entries_uncommented().replace('user = "" ', 'user = "relay" ')
    config = load(tmp_path, text)
    (mailbox,), (partner,) = config.mailbox, config.partner
    own = {"name", "host", "user", "password", "client_secret", "refresh_token"}
    given = mailbox.model_dump(exclude=own)
    wanted = Mailbox(name="x", host="x", user="x").model_dump(exclude=own)
    assert given == wanted
    artemail = partner.artemail.model_copy(update={"account": ()})
    unknown = {"loan_cost": None, "copy_cost": None}  # no value of a file says "not known"
    lending = partner.lending.model_copy(update=unknown)
    info = partner.slnp.info.model_copy(update={"password": SecretStr("")})
    slnp = partner.slnp.model_copy(update={"info": info})
    bare = partner.model_copy(update={"artemail": artemail, "login": None, "lending": lending, "slnp": slnp})
    assert bare == Partner(symbol=partner.symbol, address=partner.address)
    (hook,) = config.hook
    bare_hook = hook.model_copy(update={"secret": SecretStr("")})
    assert bare_hook == Hook(name=hook.name, events=hook.events, url=hook.url)
    (catalogue,) = config.catalogue
    bare_catalogue = catalogue.model_copy(update={"partners": {}, "holding": ()})
    assert bare_catalogue == Catalogue(name=catalogue.name, url=catalogue.url)
    assert catalogue.holding == (marc.USUAL[0],)


def test_every_key_of_the_shipped_file_stands_on_its_line() -> None:
    text = entries_uncommented()
    lines = lines_of(text)
    for loc, number in lines.items():
        last = next(part for part in reversed(loc) if isinstance(part, str))
        assert last in text.splitlines()[number - 1]
    assert ("partner", 0, "artemail", "account", 0, "customer_code") in lines


ODD_VALUES = [
    "1", "-1", "1e400", "nan", "''", "'x'", "[]", "[1]", "[[]]", "['x', 'x']", "{}", "{ a = 1 }", "true",
    "2026-11-24", "07:00:00", '"\\u0000"', "[{ name = [], symbol = {} }]", "99999999999999999999",
]  # fmt: skip


def lines_with_keys() -> list[int]:
    """In the short form every sixth key: each has the whole file read once more."""
    lines = enumerate(entries_uncommented().splitlines())
    found = [n for n, line in lines if re.match(r"\w+ = ", line)]
    return found if short_form.everything() else found[::6]


@pytest.mark.costly
@pytest.mark.parametrize("value", ODD_VALUES)
@pytest.mark.usefixtures("_passwords")
def test_any_value_for_any_key_loads_or_is_refused_in_words(tmp_path: Path, value: str) -> None:
    for number in lines_with_keys():
        lines = entries_uncommented().replace('user = "" ', 'user = "relay" ').splitlines()
        key = lines[number].split(" = ")[0]
        lines[number] = f"{key} = {value}"
        try:
            load(tmp_path, "\n".join(lines))
        except Misconfigured as error:
            assert key in str(error)


# --- times ---

TIMES = ["", "every", "every 0s", "every 5 parsecs", "every 48h", "* * * *", "* * * * 8", "61 * * * *",
         "* * * * mon-", "* * * * lun", "* * 1 * mon", "* * * * */8", "* * * * 1/2", "a b c d e"]  # fmt: skip


@pytest.mark.parametrize("time", TIMES)
def test_a_time_that_is_none_is_refused(tmp_path: Path, time: str) -> None:
    told = refusal(tmp_path, MAILBOX + f"poll = '{time}'")
    assert "mailbox[intray].poll" in told
    assert "line 7" in told


# --- what comes out -----------------------------------------------------------------------------


def test_a_whole_configuration(tmp_path: Path) -> None:
    text = (
        "[library]\nemail = 'ill@lib.example'\n"
        + MAILBOX
        + PARTNER
        + "networks = ['192.0.2.0/24', '2001:db8::/32']\n"
    )
    text += "proof = ['network']\naccepts_from = ['a@bl.example', '@bl.example']\n"
    text += "roles = ['RESPONDER', 'REQUESTER']\n"
    text += "[partner.manner]\ncancel_reply = 'NOTICE'" + ACCOUNT + ACCOUNT.replace('"out"', '"in"')
    config = load(tmp_path, text)
    assert config.library.staff == "ill@lib.example"
    assert config.file == tmp_path / "config.toml"
    assert [account.direction for account in config.partner[0].artemail.account] == ["out", "in"]


def test_staff_of_its_own_is_kept(tmp_path: Path) -> None:
    assert load(tmp_path, "[library]\nstaff = 'desk@lib.example'").library.staff == "desk@lib.example"


SMTP_VERP = (
    "[library]\nemail = 'ill@lib.example'\n"
    "[deliver]\nmode = 'smtp'\nhost = 'relay.lib.example'\nverp = true\n"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "library.symbol is still the placeholder"),
        ("", "NOTHING IS SENT"),
        ("", "no [[partner]]"),
        ("[listen]\nenabled = false", "nothing can come in"),
        ("[listen]\nnetworks = []", "nobody can use the listener"),
        ("[listen]\nhost = '0.0.0.0'", "this machine only"),
        ("[listen]\nhost = '0.0.0.0'\nnetworks = ['0.0.0.0/0']", "the whole world"),
        (MAILBOX.replace("127.0.0.1", "imap.lib.example") + "security = 'none'", "in clear"),
        (MAILBOX + MAILBOX.replace("intray", "again"), "every letter comes twice"),
        (PARTNER + "proof = ['none']" + ACCOUNT, 'partner UK-BL: proof "none"'),
        (PARTNER + ACCOUNT, "partner UK-BL: proof is not written"),
        (PARTNER + "proof = ['dkim', 'none']" + ACCOUNT, '"dkim" beside "none" refuses nobody'),
        (PARTNER + LOGIN + ACCOUNT, "[partner.login] has no effect"),
        ("[listen]\ntls_cert = 'c.pem'\n" + PARTNER + "proof = ['login']" + LOGIN + ACCOUNT,
         "no server of theirs can connect"),
        (PARTNER + "proof = ['network']\nnetworks = ['192.0.2.0/24', '2001:db8::/32']" + ACCOUNT,
         "refused by the listener"),
        ("[proof]\nauthserv_id = 'mx.lib.example'\n[listen]\nnetworks = ['192.0.2.0/24']\n" + PARTNER
         + "proof = ['dmarc']" + ACCOUNT, "every machine in listen.networks could write"),
        ("[listen]\nenabled = false\n" + MAILBOX + PARTNER + "proof = ['login', 'dkim']" + LOGIN + ACCOUNT,
         "only the others count"),
        (PARTNER + "networks = ['192.0.2.0/24']" + ACCOUNT, "networks have no effect"),
        (PARTNER + "proof = ['network']\nnetworks = ['0.0.0.0/0']" + ACCOUNT,
         "partner UK-BL: networks contain every address: that proves nothing"),
        (MAILBOX + PARTNER + "proof = ['network']\nnetworks = ['127.0.0.0/8']" + ACCOUNT,
         'proof "network" never holds for a letter by IMAP: letters from a mailbox are shelved'),
        ("[proof]\nauthserv_id = 'mx'\nrelay = ['192.0.2.25/32']", "192.0.2.25/32 is not in listen.networks"),
        ("[proof]\nauthserv_id = 'mx'\ndoors = ['intray']\nrelay = ['127.0.0.1/32']\n" + MAILBOX,
         "proof.relay has no effect for mailboxes"),
        (SMTP_VERP.replace("ill@", "ill+x@"), "ill+x@lib.example has a + of its own"),
        (PARTNER + "status = 'paused'" + ACCOUNT, "paused"),
        (PARTNER + ACCOUNT + ACCOUNT.replace('"out"', '"in"'), "is of no use"),
        ("[listen]\nenabled = false\n" + MAILBOX + PARTNER
         + "proof = ['network']\nnetworks = ['192.0.2.0/24']" + ACCOUNT, "never holds for a letter by IMAP"),
        (PARTNER + ACCOUNT + PARTNER.replace("UK-BL", "UK-TWO") + ACCOUNT, "UK-BL and UK-TWO write from"),
        ("[deliver]\nverp = true", "deliver.verp means nothing"),
        (SMTP_VERP, "your relay must deliver ill+ANYTHING@lib.example"),
        (SMTP_VERP + "[listen]\nrecipients = ['x@lib.example']", "does not hold ill@lib.example"),
        (SMTP_VERP + PARTNER + "proof = ['none']" + ACCOUNT, "partner UK-BL: deliver.verp changes"),
        (PARTNER + "accepts_from = ['@bl.example']" + ACCOUNT
         + PARTNER.replace("UK-BL", "UK-TWO") + "accepts_from = ['desk@BL.example']" + ACCOUNT,
         "UK-TWO and UK-BL write from desk@bl.example"),
    ],
)  # fmt: skip
def test_what_is_said_aloud(tmp_path: Path, text: str, words: str) -> None:
    warnings = said_aloud(load(tmp_path, text))
    assert [warning for warning in warnings if words in warning], warnings
    assert BOX_SECRET not in str(warnings)


def test_verp_that_means_nothing_is_said_once(tmp_path: Path) -> None:
    text = SMTP_VERP.replace("'smtp'", "'folder'") + PARTNER + "proof = ['none']" + ACCOUNT
    told = [warning for warning in said_aloud(load(tmp_path, text)) if "verp" in warning]
    assert told == ["deliver.verp means nothing while letters are written into a folder"]


def test_a_set_up_without_fault_is_not_nagged(tmp_path: Path) -> None:
    text = (
        "[library]\nsymbol = 'UK-EX'\nemail = 'ill@lib.example'\n"
        "[listen]\nhost = '192.0.2.1'\nnetworks = ['192.0.2.0/25']\n"
        "[deliver]\nmode = 'smtp'\nhost = 'relay.lib.example'\n" + MAILBOX + PARTNER
        + "proof = ['network', 'dkim']\nnetworks = ['192.0.2.0/24']" + ACCOUNT
    )  # fmt: skip
    assert said_aloud(load(tmp_path, text)) == []


HASHES = [f'"{HASH}"', '{ env = "BL_HASH" }', '{ file = "bl.hash" }']


@pytest.mark.parametrize("given", HASHES)
def test_a_hash_stands_in_the_file_or_is_named(tmp_path: Path, given: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("BL_HASH", HASH)
    (tmp_path / "bl.hash").write_text(HASH + "\n")
    text = "[listen]\ntls_cert = 'c.pem'\n" + PARTNER + "proof = ['login']\n[partner.login]\nuser = 'bl'\n"
    config = load(tmp_path, f"{text}hash = {given}{ACCOUNT}")
    login = config.partner[0].login
    assert login is not None
    assert login.hash.get_secret_value() == HASH
    assert HASH in config_load.secrets(config), "the log masks it"
    assert HASH not in repr(config)


def test_unwritten_proof_is_none_only_while_nothing_is_sent(tmp_path: Path) -> None:
    config = load(tmp_path, PARTNER + ACCOUNT)
    (partner,) = config.partner
    assert config.proofs_of(partner) == ("none",)
    sending = config.model_copy(update={"deliver": config.deliver.model_copy(update={"mode": "smtp"})})
    assert sending.proofs_of(partner) == ()
    written = partner.model_copy(update={"proof": ("dkim", "network")})
    assert sending.proofs_of(written) == ("dkim", "network")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every 60s", poll.Poll(seconds=60)),
        ("every 5m", poll.Poll(seconds=300)),
        ("Every 1 h", poll.Poll(seconds=3600)),
        ("*/10 7-19 * * mon-fri", poll.Poll(cron="*/10 7-19 * * mon,tue,wed,thu,fri")),
        ("0 7 1 * *", poll.Poll(cron="0 7 1 * *")),
    ],
)
def test_when_to_look(text: str, expected: poll.Poll) -> None:
    assert poll.read(text) == expected


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("every 5m", 1 / 12),
        ("EVERY 2h", 2),
        ("30 2 * * *", 24),
        ("30 */6 * * *", 6),
        ("*/10 * * * *", 1),
        ("30 2 * * mon-fri", 7 * 24),
        ("30 2 1 * *", 31 * 24),
        ("30 2 1 1 *", 366 * 24),
    ],
)
def test_how_long_it_takes_at_most_from_one_time_to_the_next(text: str, hours: float) -> None:
    assert poll.longest_gap(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("*", "*"),
        ("1", "mon"),
        ("0", "sun"),
        ("7", "sun"),
        ("0-7", "sun,mon,tue,wed,thu,fri,sat"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "sun,fri,sat"),
        ("fri-mon", "sun,mon,fri,sat"),
        ("*/2", "sun,tue,thu,sat"),
        ("1-5/2,sun", "sun,mon,wed,fri"),
    ],
)
def test_weekdays_are_counted_as_cron_counts_them(field: str, names: str) -> None:
    assert poll.weekdays(field) == names


def test_the_codecs_that_may_be_named_are_those_that_exist() -> None:
    codecs = registry.load(Config()).codecs
    assert {codec.name for codec in codecs} == set(registry.PROTOCOLS)
    assert all(registry.PROTOCOLS[name].name == name for name in registry.PROTOCOLS)


@settings(deadline=None)
@given(st.text(alphabet="every 0123456789smh*/,-adfiot", max_size=30))
@example("* * * * *")
def test_any_text_is_a_time_or_a_sentence(text: str) -> None:
    try:
        when = poll.read(text)
    except ValueError as error:
        assert str(error)
    else:
        assert (when.seconds > 0) != bool(when.cron)


@settings(deadline=None)
@given(st.text(max_size=200))
@example("[[a]]\n[[a.b]]\n[a]\nx = 1\n['a'.b.\"c\"]\n= 1\n[[[x]]]")
def test_lines_are_found_in_any_text(text: str) -> None:
    count = len(text.splitlines())
    assert all(1 <= line <= count for line in lines_of(text).values())
