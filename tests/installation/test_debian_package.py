"""The Debian package as an administrator meets it: built from the sources in a clean root, then installed,
used, upgraded, removed and purged on a machine that systemd has booted, as docs/install.md says."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailproc import __version__
from tests.servers import debian
from tests.servers.debian import Machine, Root
from tests.support import configuration
from tests.support.configuration import Account
from tests.support.install_page import commands, done

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = '--symbol XX-OURS --name "Our Library" --email ill@library.example'
PARTNER = configuration.partner(
    "XX-LENDER", "orders@lender.example", Account("out", "99-0001", "UNUSED")
).replace('env = "UNUSED"', 'file = "art"')
SECRET = "LENDER7Q"
REQUEST = json.dumps({"service": "COPY", "item": {"title": "Weirs of the Fens"}, "partners": ["XX-LENDER"]})
pytestmark = pytest.mark.timeout(600)


def shell(place: Root | Machine, text: str, given: str = "") -> str:
    """Run these lines as root in root's home; the first that fails fails the test."""
    return done(place.run("sh", "-ec", f"cd /root\n{text}", given=given))


@pytest.fixture
def package(
    clean_root: Callable[[str], Root], sources: Path, tmp_path: Path, missing: Callable[[str], None]
) -> Path:
    """The package that a clean machine makes of the sources."""
    if shutil.which("lintian") is None:
        missing("lintian")
    builder = clean_root("builder")
    builder.prepare()
    shutil.copytree(sources, builder.folder / "root/mailproc", symlinks=True)
    shell(builder, f"cd mailproc\n{commands('build a package')}")
    (built,) = (builder.folder / "root/mailproc/dist").iterdir()
    return built.rename(tmp_path / built.name)


@pytest.mark.long
def test_it_is_installed_used_upgraded_and_removed(package: Path, clean_root: Callable[[str], Root]) -> None:
    root = clean_root("machine")
    root.prepare()
    shutil.copy(package, root.folder / "root")
    shell(root, "apt-get install --download-only ./mailproc_*.deb")
    with linted(package), debian.booted(root) as machine:
        it_waits_for_its_configuration(machine)
        it_starts_once_it_is_configured(machine)
        staff_act_under_their_own_names(machine)
        it_is_shut_off(machine)
        systemd_starts_again_what_hangs(machine)
        a_newer_one_keeps_everything(machine)
        removed_it_leaves_configuration_and_store(machine)
        purged_it_leaves_the_store(machine)
        it_takes_over_what_was_in_srv(machine)


@contextmanager
def linted(package: Path) -> Iterator[None]:
    """Debian's policy is kept: lintian, meanwhile, has nothing to say."""
    line = ["lintian", "--profile=debian", str(package)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as lintian:
        yield
        told, _as_root = lintian.communicate()
        assert (told, lintian.returncode) == ("", 0)


def it_waits_for_its_configuration(machine: Machine) -> None:
    init = commands("install the package")
    told = shell(machine, init.replace("init /etc/mailproc", "--version"))
    assert "mailproc init /etc/mailproc" in told
    assert told.endswith(f"mailproc {__version__}\n")
    assert state(machine) == "inactive"
    assert done(machine.run("systemctl", "is-enabled", "mailproc")) == "enabled\n"
    shell(machine, init.replace("init /etc/mailproc", f"init /etc/mailproc {LIBRARY}"))
    for file in (
        "man/man1/mailproc.1.gz",
        "bash-completion/completions/mailproc",
        "doc/mailproc/install.md",
    ):
        machine.run("test", "-f", f"/usr/share/{file}").check_returncode()
    assert "SQLAlchemy==" in shell(machine, "cat /usr/share/doc/mailproc/libraries.txt")


def it_starts_once_it_is_configured(machine: Machine) -> None:
    shell(machine, "cat >> /etc/mailproc/config.toml", given=PARTNER)
    secret, _editor, _rest = commands("a secret").partition("editor")
    shell(machine, f"{secret}cat > /etc/mailproc/art", given=SECRET)
    shell(machine, commands("start"))
    assert state(machine) == "active"
    told = dict(
        line.split("=", 1)
        for line in done(
            machine.run("systemctl", "show", "--property=Type,User,StatusText,WatchdogUSec", "mailproc")
        ).splitlines()
    )
    assert told == {"Type": "notify", "User": "mailproc", "StatusText": "at work", "WatchdogUSec": "1min"}


def staff_act_under_their_own_names(machine: Machine) -> None:
    shell(machine, "useradd --create-home alice; useradd --create-home bob\n" + commands("staff"))
    as_mailproc = ("sudo", "-n", "-u", "mailproc", "mailproc")
    placed = machine.run("runuser", "-u", "alice", "--", *as_mailproc, "request", "-", given=REQUEST)
    assert done(placed).split()[-1] == "B1"
    history = json.loads(mailproc(machine, "show", "B1", "--json"))["history"]
    assert history[0]["cause"]["id"] == "alice"
    refused = machine.run("runuser", "-u", "bob", "--", *as_mailproc, "requests")
    assert "password" in refused.stderr
    alone = machine.run("runuser", "-u", "bob", "--", "mailproc", "requests").stderr
    assert "it cannot be read" in alone and "is not there" not in alone
    assert "sudo -u mailproc mailproc" in alone
    own = "cd /home/alice && touch config.toml && sudo -n -u mailproc mailproc"
    assert "B1" in done(machine.run("runuser", "-u", "alice", "--", "sh", "-c", f"{own} requests"))
    named = machine.run("runuser", "-u", "alice", "--", *as_mailproc, "--config", "config.toml", "requests")
    assert named.returncode == 2
    until(machine, "the order has left", "ls /var/lib/mailproc/outgoing/* >/dev/null")


def it_is_shut_off(machine: Machine) -> None:
    analyzed = done(machine.run("systemd-analyze", "security", "--no-pager", "mailproc"))
    exposure = re.search(r"Overall exposure level for mailproc.service: ([\d.]+)", analyzed)
    assert exposure, analyzed
    assert float(exposure[1]) <= 2.0
    open_to_others = "find /etc/mailproc /var/lib/mailproc ! -type l ! -name '.*.id' -perm /007"
    assert shell(machine, open_to_others) == ""
    of_the_service = "find / -xdev -user mailproc ! -path '/proc/*' ! -path '/run/*'"
    for path in shell(machine, of_the_service).splitlines():
        assert path.startswith("/var/lib/mailproc"), f"the service can change {path}"
    secrets = shell(machine, "grep -rl LENDER7Q /etc /var /usr/lib/mailproc /run 2>/dev/null || true")
    assert secrets.split() == ["/etc/mailproc/art"]


def systemd_starts_again_what_hangs(machine: Machine) -> None:
    drop_in = "/etc/systemd/system/mailproc.service.d/quick.conf"
    shell(machine, f"install -D /dev/stdin {drop_in}", given="[Service]\nWatchdogSec=3\nRestartSec=0\n")
    shell(machine, "systemctl daemon-reload && systemctl restart mailproc")
    shell(machine, "systemctl kill --signal=STOP mailproc")
    until(machine, "systemd has started it again", '[ "$(systemctl show -P NRestarts mailproc)" = 1 ]')
    until(machine, "it is at work", "systemctl is-active --quiet mailproc")
    shell(machine, f"rm {drop_in} && systemctl daemon-reload")


def a_newer_one_keeps_everything(machine: Machine) -> None:
    shell(
        machine,
        """
        dpkg-deb -R mailproc_*.deb next && sed -i 's/^Version: .*/Version: 99-1/' next/DEBIAN/control
        before=$(systemctl show -P MainPID mailproc)
        dpkg-deb -Znone -b next next.deb >/dev/null && apt install ./next.deb
        [ "$before" != "$(systemctl show -P MainPID mailproc)" ]
        """,
    )
    it_goes_on(machine)


def removed_it_leaves_configuration_and_store(machine: Machine) -> None:
    shell(machine, "apt remove mailproc")
    assert state(machine) == "inactive"
    assert shell(machine, "ls /usr/lib/mailproc /usr/bin/mailproc 2>/dev/null || true") == ""
    shell(machine, "test -f /etc/mailproc/config.toml && test -f /var/lib/mailproc/mailproc.db")


def purged_it_leaves_the_store(machine: Machine) -> None:
    shell(machine, "cp /etc/mailproc/config.toml kept.toml && cp /etc/mailproc/art kept.art")
    told = shell(machine, "apt purge mailproc")
    assert "/var/lib/mailproc stays" in told
    assert shell(machine, "ls -d /etc/mailproc /usr/lib/mailproc 2>/dev/null || true") == ""
    shell(machine, "test -f /var/lib/mailproc/mailproc.db && id mailproc")
    assert shell(machine, "systemctl list-unit-files 'mailproc*' --no-legend || true") == ""


def it_takes_over_what_was_in_srv(machine: Machine) -> None:
    """The store that was left, laid where sources are installed, with the unit for that."""
    shell(
        machine,
        """
        install -d -m 755 /srv/mailproc /srv/mailproc/site-templates
        mv /var/lib/mailproc /srv/mailproc/var && mv kept.toml /srv/mailproc/config.toml
        install -d -m 750 /etc/mailproc && install -m 600 /dev/null /etc/mailproc/secrets
        install -m 644 /dev/stdin /etc/systemd/system/mailproc.service && systemctl daemon-reload
        """,
        given=(ROOT / "systemd/mailproc.service").read_text(),
    )
    before, start, after = commands("from srv").rpartition("systemctl start")
    shell(machine, f"{before}install -m 640 -g mailproc kept.art /etc/mailproc/art\n{start}{after}")
    it_goes_on(machine)


def it_goes_on(machine: Machine) -> None:
    assert state(machine) == "active"
    assert mailproc(machine, "verify") == "1 transaction checked, 0 differ\n"
    assert "Weirs of the Fens" in mailproc(machine, "show", "B1")


def mailproc(machine: Machine, *words: str) -> str:
    return done(machine.run("sudo", "-u", "mailproc", "mailproc", *words))


def state(machine: Machine) -> str:
    return machine.run("systemctl", "is-active", "mailproc").stdout.strip()


def until(machine: Machine, what: str, true: str) -> None:
    """Wait until this line of shell is true."""
    end = time.monotonic() + 60
    while machine.run("sh", "-c", true).returncode:
        assert time.monotonic() < end, f"not true for a minute: {what}"
        time.sleep(0.2)
