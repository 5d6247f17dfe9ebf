"""``check`` and the start of the service refuse what config.toml names and cannot work: exit 3, key, line."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.app import preflight
from mailproc.app.build import configured
from mailproc.errors import Misconfigured
from mailproc.store.connections import make_file
from tests.servers.certificate import self_signed

CONFIG = """\
[library]
symbol = "XX-TOWN"
email = "ill@town.example"
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """config.toml with these lines below [library]."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    def write(lines: str) -> Path:
        file = tmp_path / "config.toml"
        file.write_text(CONFIG + lines)
        return file

    return write


def refused(file: Path) -> str:
    with pytest.raises(Misconfigured) as wrong:
        configured(file)
    return str(wrong.value)


WRONG = {
    "no certificate": ('[listen]\ntls_cert = "no.pem"', "line 5: listen.tls_cert", "No such file"),
    "no key": ('[listen]\ntls_cert = "garbage"\ntls_key = "no.pem"', "line 6: listen.tls_key", "No such"),
    "a certificate of garbage": ('[listen]\ntls_cert = "garbage"', "line 5: listen.tls_cert", "PEM form"),
    "another machine's address": ('[listen]\nhost = "192.0.2.1"\nnetworks = ["192.0.2.0/24"]',
                                  "line 5: listen.host", "no such address"),
    "a language nobody speaks": ('language = "fr"', "line 4: library.language", "en and de"),
    "no site folder": ('[templates]\nsite = "nowhere"', "line 5: templates.site", "nowhere cannot be read"),
    "a site that is a file": ('[templates]\nsite = "garbage"', "line 5: templates.site", "Not a directory"),
    "no reply codes": ('[artemail]\nreplies = "no.toml"', "line 5: artemail.replies", "No such file"),
    "no dialects": ('[iso10161]\ndialects = "no.toml"', "line 5: iso10161.dialects", "No such file"),
    "an extension that is none": ('[iso10161]\ncritical = ["mood"]', "line 5: iso10161.critical", "digits"),
    "letters into a file": ('[deliver]\nfolder = "garbage/out"', "line 5: deliver.folder", "Not a dir"),
    "documents into a file": ('[documents]\nfolder = "garbage"', "line 5: documents.folder", "Not a dir"),
    "documents below a file": ('[documents]\nfolder = "garbage/x"', "line 5: documents.folder", "Not a dir"),
    "documents nobody can write": ('[documents]\nfolder = "/proc/no/x"', "line 5: documents.folder",
                                   "into /proc"),
    "documents among the store": ('[documents]\nfolder = "var"', "line 5: documents.folder", "of the store"),
    "documents above the store": ('[documents]\nfolder = "."', "line 5: documents.folder", "of the store"),
    "documents among letters": ('[documents]\nfolder = "out/x"\n[deliver]\nfolder = "out"',
                                "line 5: documents.folder", "deliver.folder"),
    "documents among texts": ('[documents]\nfolder = "site-templates"', "line 5: documents.folder",
                              "templates.site"),
    "a folder nobody makes": ('[deliver]\nfolder = "/proc/no/x"', "line 5: deliver.folder", "into /proc"),
    "a store where none can be": ('[store]\nurl = "sqlite:////proc/no/mailproc.db"', "line 5: store.url",
                                 "/proc"),
    "a store below a file": ('[store]\nurl = "sqlite:///garbage/mailproc.db"', "line 5: store.url",
                             "Not a dir"),
    "numbers where none can be": ('[store]\ncounters = "/proc/no/c"', "line 5: store.counters", "/proc"),
    "figures on the listener's port": ('[listen]\nport = 8026\n[metrics]\nenabled = true\nport = 8026',
                                       "line 8: metrics.port", "listen.port too"),
    "a relay with its port": ('[deliver]\nmode = "smtp"\nhost = "relay.example:25"', "line 6: deliver.host",
                              "alone"),
    "a relay as a URL": ('[deliver]\nmode = "smtp"\nhost = "smtp://relay.example"', "line 6: deliver.host",
                         "alone"),
    "a day that never comes": ('[schedule]\ndigest = "30 2 31 2 *"', "line 5: schedule.digest", "no year"),
    "an answer that is none": ('[artemail]\nfollows = { NOPE = "next" }', "line 5: artemail.follows", "NOT"),
    "a nameserver's name": ('[proof]\nnameservers = ["ns.example"]', "line 5: proof.nameservers[1]",
                          "IP address"),
    "a dialect that is none": ('[[partner]]\nsymbol = "XX-A"\naddress = "a@a.example"\ncodec = "iso10161"\n'
                               'dialect = "nope"', "line 8: partner[XX-A].dialect", "alma, vdx"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_work_is_refused_with_file_line_and_key(
    written: Callable[[str], Path], tmp_path: Path, case: str
) -> None:
    lines, key, words = WRONG[case]
    (tmp_path / "garbage").write_text("no certificate and no folder")
    file = written(lines)
    said = refused(file)
    assert said.startswith(f"{file}, {key}")
    assert words in said


@contextmanager
def unprivileged() -> Iterator[None]:
    """Root may search every folder, so root is somebody else meanwhile."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be searched."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('[templates]\nsite = "closed/inner"', "line 5: templates.site"),
        ('language = "fr"\n[templates]\nsite = "closed/inner"', "line 4: library.language"),
        ('[deliver]\nfolder = "closed/inner/out"', "line 5: deliver.folder"),
    ],
    ids=["site", "language", "outgoing"],
)
@pytest.mark.usefixtures("closed")
def test_a_folder_that_may_not_be_searched_is_named(
    written: Callable[[str], Path], lines: str, key: str
) -> None:
    config = configured(written(lines), secrets_needed=False).config
    with unprivileged():
        problems = list(preflight.problems(config))
    said = str(config_load.all_wrong(config, problems))
    assert key in said
    assert "Permission denied" in said


def test_a_store_in_a_folder_that_may_not_be_searched_is_named(closed: Path) -> None:
    with unprivileged(), pytest.raises(Misconfigured, match="run this as `sudo -u"):
        make_file(closed / "inner" / "a.db")


def test_everything_that_is_wrong_is_said_at_once(written: Callable[[str], Path]) -> None:
    said = refused(written('language = "fr"\n[templates]\nsite = "nowhere"\n[artemail]\nreplies = "no.toml"'))
    assert "has 3 problems" in said
    assert re.findall("line ([0-9]+)", said) == ["4", "6", "8"]


def test_a_certificate_stands_beside_the_configuration(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    self_signed(tmp_path)
    file = written('[listen]\nport = 0\ntls_cert = "cert.pem"\ntls_key = "key.pem"')
    monkeypatch.chdir("/")  # where the service is started has nothing to do with it
    assert configured(file).config.listen.tls_key == "key.pem"


def test_a_key_of_another_certificate_is_said_to_be_one(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    self_signed(tmp_path)
    self_signed(tmp_path / "other")
    said = refused(written('[listen]\ntls_cert = "cert.pem"\ntls_key = "other/key.pem"'))
    assert "another certificate's" in said


def test_a_language_of_the_sites_own_is_one(written: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "site-templates/fr/patron").mkdir(parents=True)
    assert configured(written('language = "fr"')).config.library.language == "fr"


def test_a_site_text_that_leads_nowhere_is_refused_and_never_passed_over(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "site-templates/en/patron"
    folder.mkdir(parents=True)
    file = written("")
    context = configured(file)
    assert context.templates.check("en/patron/arrived.txt") == []
    (folder / "arrived.txt").symlink_to(tmp_path / "nowhere.txt")
    assert "site-templates/en/patron/arrived.txt cannot be read" in refused(file)
    (broken,) = context.templates.check("en/patron/arrived.txt")  # a service that runs already
    assert broken.file == str(folder / "arrived.txt")


def test_the_default_folder_of_templates_need_not_be_there(written: Callable[[str], Path]) -> None:
    assert configured(written("")).config.templates.site == "site-templates"


def test_authorities_that_cannot_be_read_are_named_where_they_are_needed(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = '[deliver]\nmode = "smtp"\nhost = "relay.example"\n'
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "no.pem"))
    said = refused(written(relay))
    assert "deliver.security" in said
    assert f"{tmp_path}/no.pem cannot be read" in said
    configured(written(f'{relay}security = "none"'))
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "config.toml"))
    assert "holds no certificates" in refused(written(relay))


def test_staff_need_not_be_able_to_read_the_services_files(written: Callable[[str], Path]) -> None:
    configured(written('[listen]\ntls_cert = "no.pem"'), secrets_needed=False)


def test_what_fails_only_in_the_night_is_said_and_keeps_no_letters_waiting(written):
    file = written('[schedule]\nbackup = "30 2 * * *"\n[backup]\nfolder = "/proc/no/backups"\n')
    store, said = preflight.warnings(configured(file).config)
    assert store.startswith("store.url: ")
    assert said.startswith("backup.folder: /proc/no is not there")


@pytest.mark.parametrize("host", ["relay.example", "192.0.2.25", "2001:db8::25", "localhost"])
def test_a_host_is_a_name_or_an_address(written, host):
    assert configured(written(f'[deliver]\nmode = "smtp"\nhost = "{host}"\n')).config.deliver.host == host


def test_a_partner_with_our_own_address_is_said(written):
    partner = (
        '[[partner]]\nsymbol = "XX-US"\naddress = "ill@town.example"\ncodec = "letter"\nproof = ["none"]\n'
    )
    told = config_load.warnings(configured(written(partner)).config)
    assert any("is library.email" in one for one in told)
