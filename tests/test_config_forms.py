"""[[form]] in config.toml: what is refused and warned of, and that the page's example is right."""

import re
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config_load import warn
from mailproc.errors import Misconfigured
from mailproc.ill.terms import Role
from mailproc.protocols.form import reading

PAGE = Path(__file__).parents[1] / "docs/requests.md"
PARTNERS = """
[[partner]]
symbol = "UK-BL"
address = "orders@bl.example"
proof = ["none"]

[[partner]]
symbol = "UK-CUSTOMER"
aliases = ["UK-C"]
address = "ill@customer.example"
roles = ["REQUESTER"]
proof = ["none"]
"""
FORM = '\n[[form]]\nname = "wishes"\naccepts_from = ["web@www.example"]\nproof = ["dkim"]\n'
ORDERS = '\n[[form]]\nname = "orders"\nrole = "RESPONDER"\npartner = "UK-C"\n'
RELAY = '[deliver]\nmode = "smtp"\nhost = "127.0.0.1"\nsecurity = "none"\n'


def loaded(folder, text, head=""):
    (folder / "config.toml").write_text(head + PARTNERS + text, encoding="utf-8")
    return config_load.load(folder / "config.toml", lambda _config: iter(()))


def example(name):
    """The block below the comment of that name."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FORM.replace('"wishes"', '""'), "must be a name"),
        (FORM + FORM, "two forms have this name"),
        (FORM.replace('["web@www.example"]', "[]"), "must hold the address"),
        (FORM.replace("web@www.example", "web"), "accepts_from"),
        (FORM + 'partner = "UK-CUSTOMER"\n', "a reader of ours is no partner"),
        (FORM + 'lenders = ["UK-CUSTOMER"]\n', "no partner that lends to us"),
        (FORM + 'lenders = ["UK-NOBODY"]\n', "no partner that lends to us"),
        (FORM + "straight = true\n", "needs lenders"),
        (FORM.replace('["dkim"]', '["network"]'), "needs the networks"),
        (FORM + 'networks = ["192.0.2.300/24"]\n', "networks"),
        (FORM.replace('["dkim"]', '["dmarc"]'), "authserv_id"),
        (FORM.replace('["dkim"]', '["login"]'), "proof"),
        (FORM + '[form.labels]\ntitel = ["Titel"]\n', "no such field"),
        (FORM + "[form.labels]\ntitle = []\n", "must hold labels"),
        (FORM + '[form.labels]\ntitle = [" * "]\n', "must hold labels"),
        (FORM + '[form.services]\nSCAN = ["scan"]\n', "must be LOAN or COPY"),
        (FORM + '[form.services]\nCOPY = [" "]\n', "must hold words"),
        (ORDERS.replace("UK-C", "UK-BL"), "must be the symbol of the partner"),
        (ORDERS + 'lenders = ["UK-BL"]\n', 'belongs to role = "REQUESTER"'),
        (ORDERS + "straight = true\n", 'belongs to role = "REQUESTER"'),
        (ORDERS + 'proof = ["dkim"]\n', "counts with accepts_from alone"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    with pytest.raises(Misconfigured) as refused:
        loaded(tmp_path, text)
    assert said in str(refused.value) and "config.toml, line" in str(refused.value)


def test_where_a_rule_says_whom_to_ask_a_form_goes_straight_on_without_lenders(tmp_path):
    rule = '[[rota]]\nname = "all"\npartners = ["UK-BL"]\n'
    assert loaded(tmp_path, FORM + "straight = true\n" + rule).form[0].straight


def test_a_form_without_a_written_proof_is_refused_where_letters_leave(tmp_path):
    with pytest.raises(Misconfigured, match="say how its letters are proven"):
        loaded(tmp_path, FORM.replace('proof = ["dkim"]\n', ""), head=RELAY)
    assert loaded(tmp_path, ORDERS, head=RELAY).form[0].partner == "UK-C"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FORM.replace('["dkim"]', '["none"]'), "can submit requests"),
        (FORM.replace('proof = ["dkim"]\n', ""), "proof is not written"),
        (FORM.replace('["dkim"]', '["none"]') + 'lenders = ["UK-BL"]\nstraight = true\n', "straight without"),
        (FORM + 'networks = ["192.0.2.0/24"]\n', "no effect"),
    ],
)
def test_what_may_not_be_meant_is_warned_of(tmp_path, text, said):
    warned = [one for one in warn.warnings(loaded(tmp_path, text)) if one.startswith("form wishes: ")]
    assert any(said in one for one in warned)
    assert not [one for one in warn.warnings(loaded(tmp_path, FORM)) if one.startswith("form ")]


def test_the_example_of_the_page_reads_its_letter(tmp_path):
    (form,) = loaded(tmp_path, example("form")).form
    labels = reading.labels_of(Role.REQUESTER, form.vocabulary, form.labels, form.services)
    said, _ = reading.read(example("form letter"), labels)
    assert (said.service, said.item.title, said.item.pagination) == ("COPY", "Journal of Letters", "45-52")
    assert said.item.article_title == "On writing: a study in two parts"
    assert (said.reader.id, said.reader.email) == ("R1", "reader@library.example")
    assert (str(said.need_before), said.note) == ("2099-12-31", "With its map, please.")
    assert (said.unread, said.doubtful) == ((), ())
