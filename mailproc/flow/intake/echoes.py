"""Tell a report of a partner's from what it sends back of ours, or of somebody's whom it answers.

A report that answers a report of ours is our own text, quoted by a machine or a person. What a program sends
in answer to a letter that is not ours has somebody else's words in it. Both are shelved, for staff to judge.
"""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading, proven_sender
from mailproc.ill.terms import Role
from mailproc.mail.automatic import is_of_machine
from mailproc.mail.own_letters import attached_ids
from mailproc.sentence import Part, sentence
from mailproc.store import letters, outgoing, transactions


def why_second_hand(connection: Connection, reading: LetterReading, context: Context) -> Part:
    """Return why the letter's messages are not its sender's own; '' if they are, or staff say so."""
    if reading.proof == RELEASED:
        return ""
    return reading.second_hand or _of_what_it_answers(connection, reading, context)


def _of_what_it_answers(connection: Connection, reading: LetterReading, context: Context) -> Part:
    letter, said = reading.letter, reading.decoded
    attached = attached_ids(letter)
    answered = {*letter.in_reply_to, *letter.references, *attached}
    if not answered or said.credentials is not None or not (said.apdus or said.unsure):
        return ""
    if letter.sender in context.addresses:  # a hub answers itself
        return ""
    ours = letters.ours(connection, answered)
    in_parts = context.registry.by_name(reading.codec).media_types
    as_parts = any(part.media_type in in_parts for part in letter.parts)
    as_lender = not in_parts or any(apdu.type.said_by is Role.RESPONDER for apdu in said.apdus)
    echoed = [one for one in ours if as_lender and _is_report(connection, one)]
    quoted = echoed if as_parts else [*echoed, *letters.ours(connection, attached)]
    if quoted:
        return sentence("report-of-ours", letter=f"O{min(quoted)}")
    foreign = not ours and not as_parts and is_of_machine(letter)
    return sentence("report-answers-others") if foreign else ""


def _is_report(connection: Connection, outgoing_id: int) -> bool:
    """Return whether the letter of ours is one as lender: a report of statuses, or a receipt."""
    for intent in outgoing.intents_of(connection, outgoing_id):
        if intent.kind == "receipt":
            return True
        if intent.kind == "apdu":
            return transactions.load(connection, intent.said_in).role is Role.RESPONDER
    return False


def number_used_again(connection: Connection, reading: LetterReading, context: Context) -> Part:
    """Return why an order is shelved whose number another order of the same sender has; '' if none has.

    Of a protocol whose letters are named as their orders.
    """
    if not reading.codec or reading.form is not None:  # a form is read by no protocol of the registry
        return ""
    if not context.registry.by_name(reading.codec).names_orders:
        return ""
    name = reading.letter.message_id[:250]
    first = letters.other_content(connection, proven_sender(reading), name, reading.content_digest)
    return "" if first is None else sentence("order-number-again", letter=f"I{first}")
