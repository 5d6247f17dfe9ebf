"""The files of debian/, without a build: they agree with those of the tree, and with each other."""

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.servers import debian, podman

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "debian"
SCRIPTS = sorted([*FOLDER.glob("mailproc.p*"), FOLDER / "build", FOLDER / "mailproc.sh"])
TMPFILES = (FOLDER / "mailproc.tmpfiles").read_text()


def unit() -> tuple[str, configparser.RawConfigParser]:
    """The unit of the package, as debian/rules makes it."""
    made = subprocess.run(
        ["sed", "-f", FOLDER / "places.sed", ROOT / "systemd/mailproc.service"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(made)
    return made, parser


def test_the_unit_has_the_places_of_the_package_and_all_else_of_the_trees() -> None:
    made, parser = unit()
    assert "/srv" not in made
    service = parser["Service"]
    assert parser["Unit"]["ConditionPathExists"] == "/etc/mailproc/config.toml"
    assert service["ExecStart"].startswith(
        "/usr/lib/mailproc/bin/mailproc --config /etc/mailproc/config.toml "
    )
    for path in service["ReadWritePaths"].split():
        folder = path.removeprefix("-")
        assert f"d {folder} 0700 mailproc mailproc " in TMPFILES
        assert f" - - - - ../..{folder}\n" in TMPFILES
    assert f"f {service['EnvironmentFile']} 0600 root root " in TMPFILES
    tree = (ROOT / "systemd/mailproc.service").read_text()
    kept = [line for line in tree.splitlines()[3:] if "/srv" not in line]
    assert [line for line in kept if line not in made.splitlines()] == []


def test_nothing_that_is_made_is_open_to_others() -> None:
    modes = re.findall(r"^[dzf] (\S+) (\d+) ", TMPFILES, flags=re.MULTILINE)
    assert {path: mode for path, mode in modes if not mode.endswith("0")} == {}
    assert len(modes) == 7


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_each_script_is_one_of_the_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert script.read_text().startswith("#!/bin/sh\n")
    assert "set -e" in script.read_text() or script.name == "mailproc.sh"


@pytest.mark.parametrize(
    ("words", "by", "read"),
    [
        ("requests", "alice", "--config /etc/mailproc/config.toml requests"),
        ("show B1 --json", "alice", "--config /etc/mailproc/config.toml show B1 --json"),
        ("--config mine.toml run", "alice", None),
        ("--config=mine.toml run", "alice", None),
        ("--version --config mine.toml run", "alice", None),
        ("--config mine.toml run", "root", "--config mine.toml run"),
        ("--config mine.toml run", "", "--config mine.toml run"),
    ],
)
def test_by_sudo_no_configuration_of_the_callers_is_read(
    tmp_path: Path, words: str, by: str, read: str | None
) -> None:
    """The program of the package, with one in the place of mailproc that says how it was called."""
    called, shell = tmp_path / "mailproc", tmp_path / "called"
    shell.write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "id").write_text("#!/bin/sh\necho 996\n")  # no root: what sudo -u mailproc makes of root
    text = (FOLDER / "mailproc.sh").read_text()
    called.write_text(text.replace("/usr/lib/mailproc/bin/mailproc", str(shell)))
    for program in (called, shell, tmp_path / "id"):
        program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SUDO_USER": by}
    ran = subprocess.run([called, *words.split()], env=path, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == (read or "")
    assert ran.returncode == (2 if read is None else 0)


def test_nothing_deletes_the_store() -> None:
    for script in SCRIPTS:
        for line in script.read_text().splitlines():
            if "rm -r" in line and not line.lstrip().startswith(("#", "echo", "trap")):
                assert line.strip() == "rm -rf /etc/mailproc", script


def test_the_version_stands_in_one_place() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert not (FOLDER / "changelog").exists()
    for file in FOLDER.iterdir():
        assert file.is_dir() or version not in file.read_text(), file


def test_what_makes_machines_and_containers_is_installed_by_ci() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert {*debian.PACKAGES.values(), podman.PACKAGE} <= set(script.split())
