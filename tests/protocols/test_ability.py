"""What is offered is what the codecs can say: told without them, and never otherwise than they tell it."""

from datetime import date
from decimal import Decimal

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.flow.delivery_mode import expressible
from mailproc.ill.actions import OF_ROLE
from mailproc.ill.apdu import IllAnswer, Location, Money
from mailproc.ill.terms import Results, Role
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner
from mailproc.protocols.iso10161 import dialects

CONFIG = Config(library=Library(symbol="XX-A", name="A", email="a@a.example"))
CODECS = registry.load(CONFIG)
SPOKEN = [("artemail", ""), ("artemail", "plain"), *(("iso10161", name) for name in dialects.load())]


@pytest.mark.parametrize(("codec", "dialect"), SPOKEN)
@pytest.mark.parametrize("role", Role)
def test_the_codec_says_the_same(codec, dialect, role):
    offered = expressible(tuple(OF_ROLE[role]), codec, role, dialect, CONFIG, None)
    speaks = CODECS.by_name(codec)
    for name, action in OF_ROLE[role].items():
        results = action.results
        if action.message is None:
            can = True
        elif results is not None:
            can = results is Results.WILL_SUPPLY or not speaks.refuses(_answer(results), dialect)
        else:
            can = speaks.manner(action.message, role, dialect) is not Manner.REFUSE
        assert (name in offered) == can, name


def _answer(results: Results) -> IllAnswer:
    """With all that staff may be asked to name."""
    day = date(2026, 4, 1)
    return IllAnswer(
        results=results,
        reason="charges" if results is Results.CONDITIONAL else None,
        supply_on=day,
        retry_on=day,
        cost_estimate=Money(amount=Decimal(3)),
        locations=(Location(symbol="XX-C"),),
    )


def test_a_condition_is_not_offered_where_it_cannot_be_said():
    asked = ("ship", "conditional", "estimate", "forward", "close")
    assert expressible(asked, "artemail", Role.RESPONDER, "", CONFIG, None) == ("ship", "close")
    assert expressible(asked, "iso10161", Role.RESPONDER, "", CONFIG, None) == asked


def test_a_switch_of_the_partner_forbids_more():
    partner = Partner(symbol="XX-B", name="B", address="b@b.example", manner={"recall": "REFUSE"})
    assert expressible(("recall", "ship"), "iso10161", Role.RESPONDER, "", CONFIG, partner) == ("ship",)


def test_by_a_protocol_that_this_program_has_no_more_nothing_can_be_said():
    """Its requests are still listed and shown, and can be closed."""
    asked = ("ship", "conditional", "forward", "close")
    assert expressible(asked, "smoke-signals", Role.RESPONDER, "", CONFIG, None) == ("close",)
