"""The image of Containerfile: built on a clean Debian root, then used as docs/install.md says."""

import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import podman
from tests.servers.podman import Podman
from tests.support import configuration
from tests.support.configuration import Account
from tests.support.install_page import commands, done

ROOT = Path(__file__).resolve().parents[2]
FILE = (ROOT / "Containerfile").read_text()
LIBRARY = "init --symbol XX-OURS --name Ours --email ill@library.example"
PARTNER = configuration.partner(
    "XX-LENDER", "orders@lender.example", Account("out", "99-0001", "UNUSED")
).replace('env = "UNUSED"', 'file = "/run/secrets/art"')
SECRET = "LENDER7Q"


def steps() -> list[tuple[str, str]]:
    """The instructions of the last stage: the word and the rest."""
    joined = FILE.replace("\\\n", " ")
    last = re.split(r"^FROM .*$", joined, flags=re.MULTILINE)[-1]
    return [(word, rest) for word, rest in re.findall(r"^([A-Z]+) (.*)$", last, flags=re.MULTILINE)]


def test_the_service_is_nobody_in_it_and_has_its_store_outside() -> None:
    told = dict(steps())
    assert told["USER"].split(":")[0] not in ("0", "root")
    assert told["VOLUME"] == told["WORKDIR"] == "/data"
    assert 'CMD ["mailproc", "status"]' in told["HEALTHCHECK"]
    assert (told["ENTRYPOINT"], told["CMD"]) == ('["mailproc"]', '["run"]')
    assert [rest for word, rest in steps() if word in ("COPY", "ADD")] == [
        "--from=build /opt/mailproc /opt/mailproc"
    ], "the image holds the program and nothing else of the sources"


def test_the_build_sees_what_the_program_is_made_of() -> None:
    first, *named = (ROOT / ".containerignore").read_text().splitlines()[1:]
    assert first == "*"
    for name in (line.removeprefix("!") for line in named if line.startswith("!")):
        assert (ROOT / name).exists(), name
        assert name not in ("var", "."), name


@pytest.mark.long
@pytest.mark.timeout(600)
def test_it_is_built_and_used(
    clean_archive: Path, sources: Path, tmp_path: Path, missing: Callable[[str], None]
) -> None:
    if podman.is_missing():
        missing(podman.PACKAGE)
    (sources / "var").mkdir()
    (sources / "var/mailproc.db").write_text("of whoever builds")
    with podman.running(tmp_path / "podman") as mine:
        done(mine.run(f"podman import --quiet {clean_archive} localhost/debian", tmp_path))
        base = "make container PODMAN_OPTIONS=--build-arg=BASE=localhost/debian"
        done(mine.run(commands("build a container").replace("make container", base), sources))
        nothing_of_the_builder_is_in_it(mine, tmp_path)
        it_serves(mine, tmp_path)


def nothing_of_the_builder_is_in_it(mine: Podman, tmp_path: Path) -> None:
    done(mine.run("podman save --quiet --output image.tar localhost/mailproc", tmp_path))
    with tarfile.open(tmp_path / "image.tar") as saved:
        layers = [saved.extractfile(each) for each in saved if each.name.endswith(".tar")]
        assert layers
        for layer in layers:
            assert layer is not None
            with tarfile.open(fileobj=layer) as files:
                found = [each.name for each in files if re.search(r"\.db$|^source/|^etc/mailproc", each.name)]
                assert found == []


def it_serves(mine: Podman, tmp_path: Path) -> None:
    def run(lines: str) -> str:
        return done(mine.run(lines, tmp_path))

    run(commands("a volume").replace(" -it", "").replace(" init", f" {LIBRARY}"))
    volume = Path(run("podman volume inspect --format '{{.Mountpoint}}' mailproc").strip())
    with (volume / "config.toml").open("a") as file:
        file.write(PARTNER)
    (tmp_path / "art").write_text(SECRET)
    run(commands("run a container"))
    until_ready(mine, tmp_path)
    assert "Everything is all right" in run(commands("look at a container"))
    place = "podman exec --env SUDO_USER=alice -i mailproc mailproc request --title 'Weirs of the Fens'"
    assert run(f"{place} --service COPY --partner XX-LENDER").split()[-1] == "B1"
    assert '"id": "alice"' in run("podman exec mailproc mailproc show B1 --json")
    assert run("podman exec mailproc id -u") == "8025\n"
    run("podman stop mailproc")
    assert run("podman inspect --format '{{.State.ExitCode}}' mailproc") == "0\n"
    assert SECRET not in (volume / "config.toml").read_text()
    run("podman rm mailproc\n" + commands("run a container").partition("check\n")[2])
    until_ready(mine, tmp_path)
    assert "Weirs of the Fens" in run("podman exec mailproc mailproc show B1")


def until_ready(mine: Podman, tmp_path: Path) -> None:
    """Look into its log until it is at work."""
    look = "podman logs mailproc 2>&1 | grep --quiet ^ready"
    done(mine.run(f"timeout 60 sh -c 'until {look}; do sleep 0.3; done'", tmp_path))
