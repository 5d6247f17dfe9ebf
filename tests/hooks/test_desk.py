"""Hooks as staff and operators see them: lists, a sample, a call made again, a store that was put back."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line import Ran, run
from tests.hooks.house import SECRET, VARIABLE, hook
from tests.servers.hook_receiver import HookReceiver
from tests.servers.ncip_responder import NcipResponder
from tests.servers.relay import Relay
from tests.support import configuration, empty_store
from tests.support.configuration import Account

TOKEN = "t0ken-in-a-path"
CONFIG = "".join(
    [
        configuration.library("XX-TOWN", "ill@town.example", "Town Library"),
        configuration.section("listen", enabled=False),
        configuration.partner(
            "UK-BL", "orders@bl.example", Account("out", "99-0001", "ART_PASSWORD"), proof=("none",)
        ),
    ]
)
Cli = Callable[..., Ran]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relay: Relay) -> Iterator[Callable[..., None]]:
    empty_store.copy_to(tmp_path / "var/mailproc.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    monkeypatch.setenv("ART_PASSWORD", "Zq7Pass9")
    monkeypatch.setenv(VARIABLE, SECRET)

    def configured(hooks: str, leave: str = configuration.relay(relay.port)) -> None:
        (tmp_path / "config.toml").write_text(leave + CONFIG + hooks)

    yield configured


def done(ran: Ran) -> Ran:
    assert ran.code == 0, ran
    return ran


def ordered() -> None:
    value = {"service": "LOAN", "item": {"title": "A Book"}, "partners": ["UK-BL"]}
    done(run("request", "-", stdin=json.dumps(value)))


def test_what_staff_see_of_a_call(office: Callable[..., None], receiver: HookReceiver) -> None:
    """It is refused, stands in the outbox, is made again; no list shows secret or token."""
    office(hook("ils", "*.request", url=f"{receiver.url}/{TOKEN}"))
    receiver.answers = [404]
    ordered()
    shown = [done(run("outbox")), done(run("run", "--once")), run("status"), done(run("outbox"))]
    assert "H1" in shown[0].out
    assert "answered 404" in shown[3].out
    assert "ils was not told of something" in shown[2].out
    (line,) = done(run("outbox", "--json")).json
    assert (line["id"], line["state"], line["requests"], line["direction"]) == (
        "H1",
        "shelved",
        ["B1"],
        "out",
    )
    call = done(run("hooks", "show", "H1", "--json")).json
    assert (call["hook"], call["payload"]["numbers"]["request"]) == ("ils", "B1")
    shown += [done(run("hooks", "show", "h1")), done(run("hooks")), done(run("hooks", "--json"))]
    (listed,) = shown[-1].json
    assert (listed["to"], listed["failed"], listed["said"]) == ("127.0.0.1", 1, "answered 404")
    shown += [done(run("redeliver", "H1", "--dry-run")), done(run("redeliver", "--all")), done(run("digest"))]
    shown += [done(run("run", "--once")), done(run("outbox")), run("dismiss", "H1"), run("redeliver", "H7")]
    assert len(receiver.heard) == 2
    assert "H1" not in shown[-3].out
    assert "only a call that was not taken can be dismissed" in shown[-2].err
    assert "There is no call H7" in shown[-1].err
    words = "".join(one.out + one.err for one in shown)
    assert SECRET not in words
    assert TOKEN not in words
    files = [file for file in Path("var").rglob("*") if file.is_file()]
    assert files
    assert not any(SECRET.encode() in file.read_bytes() for file in files)


def test_a_sample_is_marked_and_nothing_is_written(
    office: Callable[..., None], receiver: HookReceiver
) -> None:
    office(hook("ils", "RESPONDER.*", url=receiver.url))
    told = done(run("hooks", "try", "ils"))
    assert told.out.startswith("ils was told a sample of RESPONDER.")
    assert receiver.heard[0].told["sample"] is True
    assert receiver.heard[0].told["role"] == "RESPONDER"
    receiver.usual = 500
    failed = run("hooks", "try", "ils", "--json")
    assert (failed.code, failed.json["result"], failed.json["said"]) == (1, "in doubt", "answered 500")
    assert "There is no hook other" in run("hooks", "try", "other").err
    assert "Write one of" in run("hooks", "try").err
    assert done(run("outbox", "--json")).json == []


def test_while_letters_go_into_a_folder_so_do_calls(
    office: Callable[..., None], receiver: HookReceiver, tmp_path: Path
) -> None:
    """A copy for trials tells no library system anything, and what it wrote there is not told later."""
    hooks = (
        hook("ils", "*.request", url=receiver.url)
        + hook("list", "*.request", command=["touch", "told"])
        + f'[ncip]\nurl = "{receiver.url}"\naccept_item = ["REQUESTER.request"]\n'
    )
    office(hooks, configuration.section("deliver", mode="folder", folder="out"))
    warned = run("check")
    assert "the calls of hooks and NCIP are written into out" in warned.out + warned.err
    ordered()
    done(run("run", "--once"))
    assert sorted(one.name for one in Path("out").glob("H*")) == ["H1.json", "H2.json", "H3.json"]
    assert json.loads(Path("out/H1.json").read_text())["numbers"]["request"] == "B1"
    assert "was not told: written to the folder" in done(run("hooks", "show", "H1")).out
    assert {one["state"] for one in done(run("hooks", "--json")).json} == {"filed"}
    assert "NOT TOLD" in done(run("hooks")).out
    office(hooks)
    done(run("run", "--once"))
    assert (receiver.heard, (tmp_path / "told").exists()) == ([], False)
    assert done(run("hooks", "try", "ils")).code == 0, "which staff ask for"
    assert len(receiver.heard) == 1


def test_a_sample_needs_the_secret(
    office: Callable[..., None], receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature by a secret that is not there would teach nobody anything."""
    office(hook(url=receiver.url))
    monkeypatch.delenv(VARIABLE)
    assert run("hooks", "try", "ils").code == 3
    assert done(run("hooks")).code == 0
    assert receiver.heard == []


def test_a_store_that_was_put_back_tells_nothing_by_itself(
    office: Callable[..., None], receiver: HookReceiver
) -> None:
    """What waits in a copy may have been told before."""
    office(hook("ils", "*.request", url=receiver.url))
    ordered()
    done(run("restore", "--here"))
    assert done(run("outbox", "--json")).json[-1]["state"] == "held"
    assert "mailproc restore" in run("redeliver", "H1").err
    done(run("run", "--once"))
    done(run("restore", "--go"))
    done(run("run", "--once"))
    assert receiver.heard == []
    done(run("redeliver", "H1"))
    done(run("run", "--once"))
    assert receiver.events == ["REQUESTER.request"]


def test_a_call_that_was_given_up_in_the_copy_is_not_made_by_itself(
    office: Callable[..., None], receiver: HookReceiver
) -> None:
    """After the copy was made it may have been made again: a second AcceptItem makes a second item."""
    office(hook("ils", "*.request", url=receiver.url))
    receiver.answers = [404]
    ordered()
    done(run("run", "--once"))
    assert [one["state"] for one in done(run("outbox", "--json")).json if one["id"] == "H1"] == ["shelved"]
    done(run("restore", "--here"))
    assert [one["id"] for one in done(run("restore", "--json")).json["calls"]] == ["H1"]
    done(run("run", "--once"))
    done(run("restore", "--go"))
    done(run("run", "--once"))
    assert "H1" not in done(run("redeliver", "--all")).out
    done(run("run", "--once"))
    assert len(receiver.heard) == 1
    done(run("redeliver", "H1"))
    done(run("run", "--once"))
    assert len(receiver.heard) == 2


def test_what_staff_enter_in_a_held_store_is_not_told_again_by_itself(
    office: Callable[..., None], receiver: HookReceiver
) -> None:
    """It may have been told before the store was put back, by a call with another key."""
    office(hook("ils", "*.request", url=receiver.url))
    done(run("restore", "--here"))
    ordered()
    done(run("run", "--once"))
    assert done(run("hooks", "show", "H1", "--json")).json["state"] == "held"
    (call,) = done(run("restore", "--json")).json["entered_calls"]
    assert (call["id"], call["hook"], call["event"], call["request"]) == (
        "H1", "ils", "REQUESTER.request", "B1001",
    )  # fmt: skip
    shown = done(run("restore")).out
    assert "H1" in shown
    assert "redeliver H1" in shown
    done(run("restore", "--go"))
    done(run("run", "--once"))
    done(run("redeliver", "--all"))
    done(run("run", "--once"))
    assert receiver.heard == []
    done(run("redeliver", "H1"))
    ordered()  # it waits for nobody: it was asked for since
    done(run("run", "--once"))
    assert receiver.events == ["REQUESTER.request"] * 2


def test_what_is_entered_just_before_the_store_goes_on_is_held_too(
    office: Callable[..., None], receiver: HookReceiver
) -> None:
    """Without a round of the service between the two."""
    office(hook("ils", "*.request", url=receiver.url))
    done(run("restore", "--here"))
    done(run("run", "--once"))
    ordered()
    done(run("restore", "--go"))
    done(run("run", "--once"))
    assert receiver.heard == []
    assert done(run("hooks", "show", "H1", "--json")).json["state"] == "held"


@pytest.mark.parametrize("verb", ["anonymise", "purge"])
def test_what_goes_in_time_says_that_the_store_is_held(office: Callable[..., None], verb: str) -> None:
    """None of 0 requests is due in a store that was put back: nothing was looked at."""
    office("[privacy]\nanonymise_after = 180\npurge_after = 730\n")
    done(run(verb))
    done(run("restore", "--here"))
    refused = run(verb)
    assert (refused.code, refused.out) == (1, "")
    assert "nothing is anonymised or deleted until it goes on" in refused.err


def test_check(office: Callable[..., None], receiver: HookReceiver) -> None:
    Path("pasted.py").write_text("#!/bin/sh\n")
    office(
        hook("there", url=receiver.url)
        + hook("away", url="http://127.0.0.1:9/told", timeout=2.0)
        + hook("no-program", command=["./nothing.py"])
        + hook("program", command=["cat"])
        + hook("pasted", command=["./pasted.py"])
    )
    told = run("check", "--connect")
    words = told.out + told.err
    assert "hook there: answers (501 to HEAD); `mailproc hooks try there` tries path and secret too" in words
    assert "hook away: no answer from 127.0.0.1" in words
    assert "hook no-program: there is no program ./nothing.py" in words
    assert [line for line in words.splitlines() if "hook program" in line] == [
        "ok    hook program: cat is told of *"
    ]
    assert "hook pasted: this user may not run ./pasted.py: make it executable (chmod +x)" in words
    assert receiver.heard == []


def test_check_asks_the_system_of_ncip(office: Callable[..., None]) -> None:
    with NcipResponder() as system:
        office(f'[ncip]\nurl = "{system.url}"\n')
        assert "ncip: NCIP, 127.0.0.1: it can be asked" in run("check", "--connect").out
        tried = done(run("hooks", "try", "ncip")).out
        assert system.received == ["LookupUser"] * 2
    assert tried == "ncip: it answers in NCIP: it was asked for a reader whom nobody has, and told nothing\n"
    away = run("check", "--connect")
    assert (
        "ncip: The library system at 127.0.0.1 gave no answer in NCIP: Connection refused"
        in away.out + away.err
    )
    assert away.code == 1


def test_a_call_has_words_of_its_own(office: Callable[..., None], receiver: HookReceiver) -> None:
    """It is no letter: it is not handed to a mail server, and finds no place on a shelf."""
    office(hook("ils", "*.request", url=receiver.url))
    receiver.answers = [404]
    ordered()
    waiting = done(run("outbox")).out
    done(run("run", "--once"))
    refused = done(run("outbox")).out
    done(run("redeliver", "H1"))
    done(run("run", "--once"))
    taken = done(run("hooks", "show", "H1")).out
    for said, words in ((waiting, "waits to be told"), (refused, "was not told"), (taken, "was told")):
        (line,) = [one for one in said.splitlines() if "H1" in one]
        assert words in line
    assert "H1 was told: only a call that was not taken can be dismissed" in run("dismiss", "H1").err
    assert run("letters", "--state", "held back").code == 0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (hook(url="http://127.0.0.1/") + hook(url="http://127.0.0.1/"), "two hooks have this name"),
        (hook("a b", url="http://127.0.0.1/"), "must be a short name"),
        (hook("ncip", url="http://127.0.0.1/"), "is the name of [ncip]"),
        (hook("x", "REQUESTER.recieve", url="http://127.0.0.1/"), "did you mean REQUESTER.receive?"),
        (hook("x", "BORROWER.*", url="http://127.0.0.1/"), "there is no such event"),
        ("[[hook]]\nname = 'x'\nevents = []\nurl = 'http://127.0.0.1/'\n", "must name events"),
        (hook("x"), "needs a url, or else a command"),
        (hook("x", url="http://127.0.0.1/", command=["cat"]), "a url and a command: write one of them"),
        (hook("x", url=f"ftp://127.0.0.1/{TOKEN}"), "must be a URL that begins with https://"),
        (hook("x", url=f"https://user:{TOKEN}@127.0.0.1/"), "must be a URL that begins with https://"),
        (hook("x", command=["cat", ""]), "names an empty argument"),
        (hook("x", command=["cat"], secret={"env": VARIABLE}), "signs what goes to a url"),
        (hook("x", url="http://127.0.0.1/", timeout=0.0), "must be more than 0.0"),
    ],
)
def test_what_is_refused(office: Callable[..., None], lines: str, words: str) -> None:
    office(lines)
    refused = run("check")
    assert refused.code == 3
    assert words in refused.err
    assert TOKEN not in refused.err


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (hook("x", url="http://ils.example/told"), "whoever is on the way to ils.example reads"),
        (hook("x", url="https://ils.example/", secret={"env": "TEST_SHORT"}), "its secret is short"),
        ("[[hook]]\nname = 'x'\nevents = ['*']\nurl = 'https://ils.example/'\n", "nothing is signed"),
        (hook("x", url="https://ils.example/"), ""),
        (hook("x", url="http://localhost/"), ""),
    ],
)
def test_what_is_warned_of(
    office: Callable[..., None], lines: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SHORT", "23-letters-are-too-few!")
    office(lines)
    told = run("check")
    said = [line for line in (told.out + told.err).splitlines() if "hook x" in line]
    said = [line for line in said if not line.startswith("ok ")]
    assert len(said) == bool(words)
    assert words in "".join(said)
    assert os.environ["TEST_SHORT"] not in told.out + told.err
