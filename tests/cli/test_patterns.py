"""`mailproc patterns test`: staff see which pattern read what, and a mistake in theirs is named."""

import json
from pathlib import Path

import pytest

from mailproc.cli import main

SAMPLES = Path(__file__).parents[1] / "samples" / "artemail"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mailproc", *arguments])
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text("", encoding="utf-8")
    return file


def test_a_letter_is_shown_line_by_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = str(SAMPLES / "report-other-systems.eml")
    status, out, err = run(capsys, "--config", str(config), "patterns", "test", letter, "--json")
    assert (status, err) == (0, "")
    said = json.loads(out)
    assert (said["read_as"], said["means"]) == ("report", "a status report")
    reply, unknown = said["lines"][2], said["lines"][-1]
    assert (reply["kind"], reply["row"], reply["from"]) == ("reply", "[[code]] NOT", "shipped")
    assert reply["apdu"]["ref"]["number"] == "LIB-20001"
    assert (unknown["kind"], unknown["apdu"]["reply_code"]) == ("unknown", "QUITE UNKNOWN")


def test_people_get_a_table(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = str(SAMPLES / "twin-waiting-list.eml")
    status, out, _ = run(capsys, "--config", str(config), "patterns", "test", letter)
    assert status == 0
    assert "a status in plain English" in out
    assert "[[twin]] USE* (shipped)" in out


@pytest.mark.parametrize(
    "name", ["order-utf16-attached", "order-three-in-a-file", "receipt-rejected-quotes-the-file"]
)
def test_no_password_is_shown(name: str, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(
        capsys, "--config", str(config), "patterns", "test", str(SAMPLES / f"{name}.eml"), "--json"
    )
    assert "Q7W8E9R" not in out
    assert "XXXXXXX" in out


def test_a_sites_own_row_is_named_as_such(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[artemail]\nreplies = "ours.toml"\n', encoding="utf-8")
    own = "[[code]]\nword='QUITE UNKNOWN'\npattern='QUITE UNKNOWN'\napdu='MESSAGE'\n"
    (config.parent / "ours.toml").write_text(own + "confidence='seen'\nsource='us'\n", encoding="utf-8")
    letter = str(SAMPLES / "report-other-systems.eml")
    _, out, _ = run(capsys, "--config", str(config), "patterns", "test", letter, "--json")
    last = json.loads(out)["lines"][-1]
    assert (last["kind"], last["row"], last["from"]) == ("reply", "[[code]] QUITE UNKNOWN", "site")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "[[code]]\nword='X'\npattern='(X+'\napdu='MESSAGE'\nconfidence='seen'\nsource='us'\n",
            "[[code]] X",
        ),
        ("[layout]\nline = '('\n", "[layout]: line"),
        ("[[twin]]\nword='NOT'\npatterns=['(']\nconfidence='seen'\nsource='us'\n", "[[twin]] NOT"),
    ],
)
def test_a_mistake_in_the_pattern_file_is_named(
    text: str, row: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[artemail]\nreplies = "ours.toml"\n', encoding="utf-8")
    (config.parent / "ours.toml").write_text(text, encoding="utf-8")
    letter = str(SAMPLES / "report-one-line.eml")
    status, out, err = run(capsys, "--config", str(config), "patterns", "test", letter)
    assert (status, out) == (3, "")
    assert row in err
    assert "ours.toml" in err


def test_one_letter_at_a_time(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = tmp_path / "two.mbox"
    box.write_text("From a\nSubject: x\n\nLIB-1 NOT\n\nFrom b\nSubject: y\n\nLIB-2 NOT\n", encoding="utf-8")
    status, _, err = run(capsys, "--config", str(config), "patterns", "test", str(box))
    assert status == 1
    assert "holds more than one letter; give one" in err
