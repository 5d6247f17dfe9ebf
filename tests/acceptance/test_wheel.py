"""The wheel alone, in a clean environment: what `pipx install FILE.whl` gives a stranger.

REQUIRE_ALL=1 installs it with all that it needs, else it is unpacked beside what the tests have.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from mailproc import __version__
from tests.support import configuration
from tests.support.configuration import Account

ROOT = Path(__file__).parents[2]
CONFIG = configuration.library("XX-OURS", "ill@library.example") + configuration.partner(
    "XX-LENDER", "orders@lender.example", Account("out", "99-0001", "LENDER_CODE")
)
REQUEST = {"service": "COPY", "item": {"title": "Weirs of the Fens"}, "partners": ["XX-LENDER"]}
FULL = os.environ.get("REQUIRE_ALL") == "1"
BARE = pytest.mark.skipif(not FULL, reason="an environment without the extras; REQUIRE_ALL=1 makes one")
pytestmark = pytest.mark.timeout(300)


def run(*command: object, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        env={**clean, "LENDER_CODE": "LENDER7Q"},
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `mailproc` of a virtual environment that holds the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("mailproc_ill-*.whl")
    if not FULL:
        return unpacked(wheel, folder / "venv")
    made = run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    assert made.returncode == 0, made.stderr
    got = run(folder / "venv/bin/pip", "install", "-q", wheel, cwd=folder)
    assert got.returncode == 0, got.stderr
    return folder / "venv/bin/mailproc"


def unpacked(wheel: Path, environment: Path) -> Path:
    """The same without a download: what the wheel needs is taken from where the tests have it."""
    venv.create(environment, symlinks=True)
    (packages,) = (environment / "lib").glob("python*/site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = environment / "bin/mailproc"
    program.write_text(f"#!{environment}/bin/python\nfrom mailproc.cli import main\n\nmain()\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


@pytest.mark.long
def test_it_runs_from_its_own_files(installed: Path, here: Path) -> None:
    told = run(installed, "--version", cwd=here)
    assert told.stdout == f"mailproc {__version__}\n"
    python = installed.parent / "python"
    where = run(python, "-c", "import mailproc; print(mailproc.__file__)", cwd=here)
    assert Path(where.stdout.strip()).is_relative_to(installed.parents[1])
    assert run(python, "-m", "mailproc", "--version", cwd=here).stdout == told.stdout
    if FULL:
        for name in ("man/man1/mailproc.1", "doc/mailproc/operators.md", "mailproc/systemd/mailproc.service"):
            assert (installed.parents[1] / "share" / name).is_file()
        assert run(python, "-m", "pip", "check", cwd=here).returncode == 0


@pytest.mark.long
def test_it_writes_its_first_configuration(installed: Path, tmp_path: Path) -> None:
    library = ("--symbol", "XX-OURS", "--name", "Our Library", "--email", "ill@library.example")
    made = run(installed, "init", "first", *library, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = run(installed, "check", cwd=tmp_path / "first")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.long
def test_an_order_leaves_into_the_folder(installed: Path, here: Path) -> None:
    checked = run(installed, "check", cwd=here)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    placed = run(installed, "request", "-", cwd=here, given=json.dumps(REQUEST))
    assert (placed.returncode, placed.stdout.split()[-1]) == (0, "B1"), placed.stderr
    once = run(installed, "run", "--once", cwd=here)
    assert once.returncode == 0, once.stderr
    (order,) = (file for file in (here / "var/outgoing").iterdir() if file.is_file())
    text = order.read_text()
    assert "TXB1-1" in text
    assert "LENDER7Q" not in text
    shown = json.loads(run(installed, "show", "B1", "--json", cwd=here).stdout)
    assert (shown["state"], shown["delivery"]) == ("PENDING", "filed")
    assert run(installed, "verify", cwd=here).returncode == 0


def test_shipped_templates_are_inside(installed: Path, here: Path) -> None:
    listed = run(installed, "templates", "--json", cwd=here)
    assert listed.returncode == 0, listed.stderr
    rows = json.loads(listed.stdout)
    assert {row["source"] for row in rows} == {"shipped"}
    assert [row for row in rows if row["problem"]] == []
    assert {"artemail/order.txt", "en/patron/arrived.txt"} <= {row["path"] for row in rows}


def test_every_file_of_the_package_is_inside(installed: Path) -> None:
    """Data, migrations, and what is a link in the tree: templates and config.toml."""
    (package,) = (installed.parents[1] / "lib").glob("python*/site-packages/mailproc")
    code = {path.relative_to(ROOT / "mailproc") for path in (ROOT / "mailproc").rglob("*") if path.is_file()}
    texts = {path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*") if path.is_file()}
    ours = {path for path in code | texts if "__pycache__" not in path.parts}
    assert {"templates", "config.toml", "store", "protocols"} < {path.parts[0] for path in ours}
    assert {path for path in ours if not (package / path).is_file()} == set()


@pytest.mark.long
def test_the_state_tables_are_told(installed: Path, here: Path) -> None:
    told = run(installed, "states", "--json", cwd=here)
    assert set(json.loads(told.stdout)) == {"REQUESTER", "RESPONDER"}


@BARE
def test_the_demo_needs_no_more(installed: Path, here: Path) -> None:
    told = run(installed, "demo", cwd=here)
    assert told.returncode == 0, told.stdout + told.stderr


@BARE
def test_postgresql_says_what_it_needs(installed: Path, here: Path) -> None:
    url = 'url = "postgresql+psycopg://mailproc@127.0.0.1:1/none"'
    (here / "config.toml").write_text(CONFIG + f"[store]\n{url}\n")
    told = run(installed, "requests", cwd=here)
    assert told.returncode == 3
    assert "pip install 'psycopg[binary]'" in told.stderr
    assert "Traceback" not in told.stderr
