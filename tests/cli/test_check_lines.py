"""`check` says what lies around the exchange, as it does of mail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.paper.fonts import USUAL
from tests.command_line import Ran

Cli = Callable[..., Ran]
SECTIONS = """
[[hook]]
name = "ils"
events = ["REQUESTER.receive", "*.ship"]
url = "https://ils.example/t0ken-in-a-path"
secret = { env = "ART_PASSWORD" }

[[hook]]
name = "local"
events = ["*"]
command = ["/bin/true", "-x"]

[[form]]
name = "wishes"
accepts_from = ["web@www.example"]
proof = ["dkim"]

[[form]]
name = "orders"
role = "RESPONDER"
vocabulary = "iso10161"
partner = "UK-CUSTOMER"

[[catalogue]]
name = "opac"
url = "https://opac.example/sru"
ours = ["UK-US"]

[[catalogue]]
name = "union"
use = "union"
protocol = "z39.50"
program = "/bin/true"
url = "z3950.example:210/base"

[ncip]
url = "https://ncip.example/NCIP"
token = { env = "CUSTOMER_PASSWORD" }

[privacy]
anonymise_after = 180
purge_after = "24 months"
"""
LINES = [
    "hook ils: ils.example is told of REQUESTER.receive, *.ship",
    "hook local: true is told of *",
    "form wishes: wishes of readers from web@www.example are proven by dkim",
    "form orders: orders of UK-CUSTOMER from the partner's addresses are proven by none",
    "catalogue opac: ours, sru at opac.example",
    "catalogue union: of others, z39.50 at z3950.example:210",
    "ncip: ncip.example",
    "privacy: readers go after 180 days, letters after 24 months; declarations are kept for 7 years",
]


def add(folder: Path, lines: str) -> None:
    with (folder / "config.toml").open("a") as file:
        file.write(lines)


def test_each_has_its_line(cli: Cli, folder: Path) -> None:
    before = cli("check").out
    assert not any(f"ok    {line[:5]}" in before for line in LINES)
    add(folder, SECTIONS)
    ran = cli("check")
    assert ran.code == 0
    fine = [line.removeprefix("ok    ") for line in ran.out.splitlines() if line.startswith("ok ")]
    assert [line for line in fine if line in LINES] == LINES
    assert not any(word in ran.out + ran.err for word in ("t0ken", "Zq7Pass9", "Kw3Word5"))


def test_a_desk_that_nobody_may_use_is_said(cli: Cli, folder: Path) -> None:
    assert cli("run", "--once").code == 0
    nobody = "nobody may use the desk yet: mailproc staff add LOGIN"
    assert nobody not in cli("check").out
    add(folder, "[web]\nenabled = true\n")
    assert nobody in cli("check").out
    assert cli("staff", "add", "rau", "--name", "M. Rau", stdin="a long word of ours\n").code == 0
    assert nobody not in cli("check").out


@pytest.mark.parametrize("make", ["nothing", "a folder", "no font"])
def test_a_font_that_is_missing_is_found(cli: Cli, folder: Path, make: str) -> None:
    (file := folder / "own.ttf").with_name("keep").write_text("")
    if make == "a folder":
        file.mkdir()
    elif make == "no font":
        file.write_text("no font")
    add(folder, '[slips]\nfonts = ["own.ttf"]\n')
    ran = cli("check")
    assert ran.code == 1
    (wrong,) = [line for line in ran.out.splitlines() if line.startswith("WRONG ")]
    assert "slips.fonts: " in wrong and str(file) in wrong
    assert cli("requests").code == 0, "no font stops anything else"


def test_a_font_that_is_there_is_fine(cli: Cli, folder: Path) -> None:
    font = next(name for name in USUAL if Path(name).exists())
    add(folder, f'[slips]\nfonts = ["{font}"]\n')
    ran = cli("check")
    assert ran.code == 0 and f"ok    slips: fonts {font}" in ran.out
