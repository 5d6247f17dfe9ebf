"""Who may use the desk, from the command line."""

import pytest

from mailproc import passwords
from tests.cheap_hash import cheap_hash

PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "hashed", cheap_hash)


def test_a_person_comes_and_goes(cli):
    assert "Nobody may use the desk yet." in cli("staff").out
    added = cli("staff", "add", "rau", "--name", "M. Rau", "--role", "keep", "--json", stdin=PASSWORD)
    assert (added.code, added.json[0]["login"], added.json[0]["role"]) == (0, "rau", "keep")
    assert "hash" not in added.json[0] and PASSWORD not in added.out
    assert "M. Rau" in cli("staff", "list").out
    assert cli("staff", "passwd", "rau", stdin="another long one").code == 0
    assert cli("staff", "out", "rau").code == 0
    assert cli("staff", "--json").json[0]["out_at"]
    assert cli("staff", "out", "rau").code == 1


@pytest.mark.parametrize(
    ("arguments", "said", "why"),
    [
        (["add"], PASSWORD, "staff add LOGIN --name NAME"),
        (["list", "rau"], "", "staff add LOGIN --name NAME"),
        (["out", "rau", "--name", "x"], "", "staff out LOGIN"),
        (["add", "rau", "--role", "boss"], PASSWORD, "look, work, keep"),
        (["add", "rau"], "short", "at least 10 characters"),
        (["add", "Rau"], PASSWORD, "is no login"),
        (["passwd", "rau"], PASSWORD, "Nobody at the desk is called rau"),
    ],
)
def test_what_is_refused(cli, arguments, said, why):
    ran = cli("staff", *arguments, stdin=said)
    assert ran.code == 1 and why in ran.err


def test_each_act_says_what_was_done(cli):
    assert "rau may use the desk now" in cli("staff", "add", "rau", stdin=PASSWORD).out
    assert "The password of rau is new, and all sessions" in cli("staff", "passwd", "rau", stdin=PASSWORD).out
    assert "The role of rau has changed" in cli("staff", "role", "rau", "--role", "keep").out
    assert "rau is out, and all sessions" in cli("staff", "out", "rau").out


def test_the_role_and_the_name_have_defaults(cli):
    added = cli("staff", "add", "rau", "--json", stdin=PASSWORD)
    assert (added.json[0]["name"], added.json[0]["role"]) == ("rau", "work")


def test_a_role_is_changed(cli):
    cli("staff", "add", "rau", stdin=PASSWORD)
    assert cli("staff", "role", "rau", "--role", "keep", "--json").json[0]["role"] == "keep"
    assert cli("staff", "--json").json[0]["role"] == "keep"
    for wrong in (["role", "rau"], ["role", "nobody", "--role", "keep"], ["out", "rau", "--role", "keep"]):
        assert cli("staff", *wrong).code == 1


def test_a_token_is_shown_once(cli):
    assert "No other system may ask yet." in cli("tokens").out
    made = cli("tokens", "add", "catalogue")
    assert made.code == 0 and made.out.startswith("mailproc_") and "shown this once" in made.err
    listed = cli("tokens", "--json")
    assert listed.json[0]["name"] == "catalogue" and made.out.strip() not in listed.out
    assert cli("tokens", "add", "catalogue").code == 1
    assert cli("tokens", "out", "catalogue", "--json").json[0]["out_at"]
    for wrong in (["add"], ["list", "x"], ["out", "x", "--role", "look"], ["add", "x", "--role", "boss"]):
        assert cli("tokens", *wrong).code == 1
