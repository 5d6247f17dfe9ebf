"""What config.toml may say of SLNP, and what check says of it."""

import re
import ssl
from pathlib import Path

import pytest

from mailproc.app import build
from mailproc.config_load import secrets
from mailproc.errors import Misconfigured
from mailproc.protocols.slnp import settings
from mailproc.store import patrons
from mailproc.store.patrons import NamedReader
from mailproc.transport.tls import one_certificate
from tests.servers.certificate import self_signed
from tests.slnp.conftest import Open
from tests.slnp.zfl import command, configured


def refused(folder: Path, **how: str) -> str:
    file = folder / "config.toml"
    file.write_text(configured(**how))
    with pytest.raises(Misconfigured) as error:
        build.configured(file)
    return str(error.value)


@pytest.mark.parametrize(
    ("door", "says"),
    [
        ('host = "0.0.0.0"', "tls_cert"),
        ("networks = []", "networks"),
        ('tls_cert = "x.pem"', "client_cert"),
    ],
)
def test_a_door_that_would_hear_anybody_is_refused(tmp_path: Path, door: str, says: str) -> None:
    assert f"listen_slnp.{says}" in refused(tmp_path, door=door)


@pytest.mark.parametrize("name", ["OpacPin", "Kennwort", "Passwort", "TAN"])
def test_no_map_tells_a_secret(tmp_path: Path, name: str) -> None:
    assert "secret" in refused(tmp_path, slnp=f'patron_fields = {{ {name} = "id" }}')


@pytest.mark.parametrize(
    ("slnp", "says"),
    [
        ('prefix = "a:b"', "slnp.prefix"),
        ('texts = { nothing = "x" }', "slnp.texts.nothing"),
        ('patron_fields = { Name = "birthday" }', "slnp.patron_fields.Name"),
        ('[partner.slnp.info]\nfields = ["A:{nothing}"]', "slnp.info.fields"),
        ('[partner.slnp.info]\nwords = { LOST = "x" }', "slnp.info.words.LOST"),
        ('[partner.slnp.info]\nhost = "zfl.example"\nport = 1\nfields = ["A:{word}"]', "transport"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, slnp: str, says: str) -> None:
    assert says in refused(tmp_path, slnp=slnp)


INFO = '[partner.slnp.info]\nhost = "zfl.example"\nport = 1\nfields = ["A:{word}"]\n'
GIVEN = 'password = { file = "zfl.secret" }\n'


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('login = ["SLNPLogin", "Password:Zq7Pass9"]', "slnp.info.login"),
        ('login = ["SLNPLogin", " UserPasswort: Zq7Pass9"]', "slnp.info.login"),
        ('login = ["SLNPLogin\\nPIN:Zq7Pass9"]', "slnp.info.login"),
        ('login = ["SLNPLogin", "Password:{password}"]', "slnp.info.password"),
        (f'{GIVEN}login = ["SLNPLogin", "Name:me"]', "slnp.info.login"),
        ('password = "Zq7Pass9"', "slnp.info.password"),
    ],
)
def test_a_password_of_the_login_does_not_stand_in_the_file(tmp_path: Path, more: str, says: str) -> None:
    (tmp_path / "zfl.secret").write_text("Zq7Pass9")
    said = refused(tmp_path, slnp=INFO + more, transport="slnp")
    assert says in said
    assert "Zq7Pass9" not in said


@pytest.mark.parametrize(
    ("host", "tls", "login", "said"),
    [
        ("zfl.example", False, True, "who borrows what, and the login"),
        ("zfl.example", False, False, "who borrows what: use tls"),
        ("zfl.example", True, True, ""),
        ("127.0.0.1", False, True, ""),
    ],
)
def test_check_says_who_hears_what_a_zfl_is_told(
    tmp_path: Path, host: str, tls: bool, login: bool, said: str
) -> None:
    (tmp_path / "zfl.secret").write_text("Zq7Pass9")
    (tmp_path / "zfl.secret").chmod(0o600)
    more = f'{GIVEN}login = ["SLNPLogin", "Password:{{password}}"]\n' if login else ""
    info = INFO.replace("zfl.example", host) + f"tls = {str(tls).lower()}\n" + more
    (tmp_path / "config.toml").write_text(configured(slnp=info, transport="slnp"))
    config = build.configured(tmp_path / "config.toml").config
    told = list(settings.warnings(config))
    assert len(told) == bool(said)
    assert said in "".join(told)
    assert ("Zq7Pass9" in secrets(config)) == login, "known secrets are masked in the log"
    assert "Zq7Pass9" not in repr(config)


def test_a_reader_is_told_by_the_map(open_house: Open) -> None:
    house = open_house(slnp='patron_fields = { Nachname = "last_name", Email1 = "email", Art = "status" }')
    reader = NamedReader("4711", "Jo Muster", "jo@readers.example")
    house.store.write(lambda connection: patrons.keep(connection, reader))
    with house.zfl() as zfl:
        assert zfl.says(command("SLNPAlleBenutzerDaten", BenutzerNummer="4711")) == [
            "600 SLNPAlleBenutzerDaten",
            "601 Nachname:Muster",
            "601 Email1:jo@readers.example",
            "250 SLNPEndOfData",
        ]
        assert zfl.says(command("SLNPAlleBenutzerDaten", BenutzerNummer="1"))[0].startswith("510")
    assert house.rows("inbox") == []


def test_check_says_what_a_zfl_is_not_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(configured())
    (said,) = settings.warnings(build.configured(file).config)
    booked = "staff book Shipped, NotAvailable, Return in the ZFL's page"
    assert said == f"partner[ZFL].slnp.info: its field map is empty: {booked}"


DAMAGED = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("key", "content", "says"),
    [
        ("tls_cert", None, "No such file"),
        ("tls_key", None, "No such file"),
        ("tls_cert", "no PEM", "PEM"),
        ("client_cert", None, "No such file"),
        ("client_cert", "Zertifikat des ZFL: \xe4", "holds 0"),
        ("client_cert", DAMAGED * 2, "holds 2"),
        ("client_cert", DAMAGED, "damaged"),
    ],
)
def test_a_file_of_the_door_that_cannot_be_used_is_named_with_its_key_and_line(
    tmp_path: Path, key: str, content: str | None, says: str
) -> None:
    ours = self_signed(tmp_path)
    files = {"tls_cert": ours.certificate, "tls_key": ours.key, "client_cert": ours.certificate}
    files[key] = str(tmp_path / "wrong.pem")
    if content is not None:
        Path(files[key]).write_text(content, "latin-1")
    lines = [f'{name} = "{file}"' for name, file in files.items()]
    said = refused(tmp_path, door="\n".join(lines))
    assert re.search(rf"line [1-9]\d*: listen_slnp\.{key} = ", said)
    assert says in said and files[key] in said


def test_all_files_of_the_door_are_told_at_once_each_under_its_key(tmp_path: Path) -> None:
    door = 'tls_cert = "a.pem"\ntls_key = "b.pem"\nclient_cert = "c.pem"'
    said = refused(tmp_path, door=door)
    for key, name in {"tls_cert": "a.pem", "tls_key": "b.pem", "client_cert": "c.pem"}.items():
        assert f'listen_slnp.{key} = "{name}"' in said
    assert said.count("cannot be read: No such file") == 3


def test_certificates_that_are_none_are_told_at_once(tmp_path: Path) -> None:
    for name in ("ours.pem", "theirs.pem"):
        (tmp_path / name).write_text("no PEM")
    said = refused(tmp_path, door='tls_cert = "ours.pem"\nclient_cert = "theirs.pem"')
    assert "listen_slnp.client_cert" in said and "holds 0" in said
    assert "listen_slnp.tls_cert" in said and "in PEM form" in said


def test_text_around_a_certificate_does_not_matter(tmp_path: Path) -> None:
    ours = self_signed(tmp_path)
    pem = Path(ours.certificate).read_text()
    (tmp_path / "text.pem").write_text(f"Certificate: M\xfcller\n{pem}\nthe end", "latin-1")
    assert one_certificate(str(tmp_path / "text.pem")) == ssl.PEM_cert_to_DER_cert(pem)
