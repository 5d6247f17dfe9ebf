"""An act while a word of ours has not left yet."""


def test_no_message_of_an_order_that_nobody_had(iso):
    iso.place("XX-LENDER", run=False)
    iso.act("B1", "receive")
    assert iso.said("XX-LENDER") == []


def test_the_answer_that_waits_is_not_the_order(iso):
    """The order is with them, so it is cancelled by a letter, behind the answer that waits."""
    iso.place("XX-LENDER")
    iso.hears("ILL_ANSWER", results="CONDITIONAL", conditions=[{"condition": "charges"}])
    iso.act("B1", "answer-condition", answer=True, run=False)
    iso.act("B1", "cancel")
    assert iso.kinds() == ["ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL"]
    assert iso.state("B1") == "CANCEL_PENDING"
