"""What is offered is what the codecs can say: told without them, and never otherwise than they tell it."""

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.flow.delivery_mode import expressible
from mailproc.ill.actions import OF_ROLE
from mailproc.ill.apdu import IllAnswer
from mailproc.ill.terms import Results, Role
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner
from mailproc.protocols.iso10161 import dialects

CONFIG = Config(library=Library(symbol="XX-A", name="A", email="a@a.example"))
CODECS = registry.load(CONFIG)
SPOKEN = [
    ("artemail", ""),
    ("artemail", "plain"),
    ("letter", ""),
    *(("iso10161", name) for name in dialects.load()),
]


@pytest.mark.parametrize(("codec", "dialect"), SPOKEN)
@pytest.mark.parametrize("role", Role)
def test_the_codec_says_the_same(codec, dialect, role):
    offered = expressible(tuple(OF_ROLE[role]), codec, role, dialect, CONFIG, None)
    speaks = CODECS.by_name(codec)
    for name, action in OF_ROLE[role].items():
        kind = action.message
        can = kind is None or speaks.manner(kind, role, dialect) is not Manner.REFUSE
        assert (name in offered) == can, name


@pytest.mark.parametrize(("codec", "dialect"), SPOKEN)
def test_what_a_system_has_no_message_for_is_offered_as_its_people_are_told(codec, dialect):
    asked = ("ship", "conditional", "estimate", "forward", "close")
    assert expressible(asked, codec, Role.RESPONDER, dialect, CONFIG, None) == asked
    assert expressible(("answer-condition",), codec, Role.REQUESTER, dialect, CONFIG, None)


LACKING = [
    ("artemail", "", Results.CONDITIONAL, True),
    ("artemail", "", Results.ESTIMATE, True),
    ("artemail", "", Results.UNFILLED, False),
    ("iso10161", "alma", Results.CONDITIONAL, True),
    ("iso10161", "alma", Results.WILL_SUPPLY, False),  # a courtesy that is left out
    ("iso10161", "", Results.CONDITIONAL, False),  # it has the message, and staff must name the condition
    ("letter", "", Results.CONDITIONAL, False),
]


@pytest.mark.parametrize(("codec", "dialect", "results", "lacks"), LACKING)
def test_which_answers_a_system_has_no_word_for(codec, dialect, results, lacks):
    assert CODECS.by_name(codec).lacks_word(IllAnswer(results=results), dialect) is lacks


def test_a_switch_of_the_partner_forbids_more():
    partner = Partner(symbol="XX-B", name="B", address="b@b.example", manner={"recall": "REFUSE"})
    assert expressible(("recall", "ship"), "iso10161", Role.RESPONDER, "", CONFIG, partner) == ("ship",)


def test_by_a_protocol_that_this_program_has_no_more_nothing_can_be_said():
    """Its requests are still listed and shown, and can be closed."""
    asked = ("ship", "conditional", "forward", "close")
    assert expressible(asked, "smoke-signals", Role.RESPONDER, "", CONFIG, None) == ("close",)
