"""The files of systemd/: the service is shut off as far as it can be, and has what it needs."""

import configparser
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.cli.verbs import VERBS

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
UNIT = FOLDER / "mailproc.service"
WORST = 20
"""Tenths of the exposure that ``systemd-analyze security`` counts, of 100."""


@pytest.fixture
def systemd(missing: Callable[[str], None]) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        if shutil.which(program) is None:
            missing("systemd")
        command = [program, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return call


def service() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(UNIT)
    return parser["Service"]


def test_the_service_is_shut_off(systemd: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    ran = systemd("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={WORST}", UNIT)
    assert "Overall exposure level for mailproc.service" in ran.stdout, ran.stderr
    assert ran.returncode == 0, ran.stdout


def test_systemd_knows_every_key(
    systemd: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """With a program that is there: the installed one is on no machine of ours."""
    copy = tmp_path / "mailproc.service"
    program = service()["ExecStart"].split()[0]
    copy.write_text(UNIT.read_text().replace(program, sys.executable))
    said = systemd("systemd-analyze", "verify", "--man=no", copy).stderr
    assert [line for line in said.splitlines() if "mailproc.service" in line] == []


def test_it_tells_systemd_and_calls_a_verb() -> None:
    unit = service()
    assert (unit["Type"], unit["Restart"]) == ("notify", "on-failure")
    assert unit["ExecStart"].split()[-1] in VERBS
    assert int(unit["LimitNOFILE"]) >= 4096, "a burst of connections is no end of the files"
    assert f"u {unit['User']} " in (FOLDER / "sysusers.conf").read_text()
    for path in unit["ReadWritePaths"].split():
        folder = path.removeprefix("-")
        assert f"d {folder} 0700 {unit['User']} " in (FOLDER / "tmpfiles.conf").read_text()
    assert f"f {unit['EnvironmentFile']} 0600 root " in (FOLDER / "tmpfiles.conf").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_it_owns_its_store_and_nothing_else(
    systemd: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    home = tmp_path / "srv/mailproc"
    home.mkdir(parents=True)
    (home / "config.toml").touch()
    (tmp_path / "etc").mkdir()
    for program, file, more in (
        ("systemd-sysusers", "sysusers.conf", ()),
        ("systemd-tmpfiles", "tmpfiles.conf", ("--create",)),
    ):
        ran = systemd(program, f"--root={tmp_path}", *more, FOLDER / file)
        assert ran.returncode == 0, ran.stderr
    (line,) = (one for one in (tmp_path / "etc/passwd").read_text().splitlines() if "mailproc" in one)
    user = pwd.struct_passwd(line.split(":"))
    owned = {
        path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.rglob("*")
        if path.stat().st_uid == int(user.pw_uid)
    }
    assert owned == {"srv/mailproc/var": 0o700, "srv/mailproc/outside": 0o700}
    config, secrets = (home / "config.toml").stat(), (tmp_path / "etc/mailproc/secrets").stat()
    assert (stat.S_IMODE(config.st_mode), config.st_gid) == (0o640, int(user.pw_gid))
    assert stat.S_IMODE(secrets.st_mode) == 0o600
