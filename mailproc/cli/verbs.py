"""Every verb: the file that has it, and what `mailproc --help` says of it.

A verb's file is loaded when the verb is called, and no other: that is most of what a call costs.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Verb(NamedTuple):
    """``file``: a module of this package. ``help``: the verb's own docstring (a test compares)."""

    file: str
    help: str


VERBS: Mapping[str, Verb] = {
    "run": Verb("service", "The service. SIGTERM and Ctrl-C end it gracefully."),
    "check": Verb(
        "service",
        "Configuration, templates and store; says what is wrong and what is unsafe. Changes nothing.",
    ),
    "jobs": Verb(
        "jobs", "What the service does by itself: when it looks, and what will fall due if nobody acts."
    ),
    "verify": Verb(
        "service", "Recompute every transaction from its events and compare; exit 1 where one differs."
    ),
    "states": Verb("service", "The state tables and their diagrams, from the tables themselves."),
    "demo": Verb(
        "service",
        "A show in a throw-away folder: real letters go round, and every request must reach its end.",
    ),
    "practice": Verb(
        "service", "A practising British Library, library and reader's library for your own configuration."
    ),
    "request": Verb("act", "Place a request: ask the first partner of its rota. Prints its number."),
    "requests": Verb("requests", "List requests, the last changed first."),
    "show": Verb("requests", "One request: how it stands, how to go on, its whole history."),
    "act": Verb("act", "Do something with a request. The answer comes at once; --dry-run changes nothing."),
    "next": Verb("act", "Go to the next partner of the rota."),
    "digest": Verb(
        "agenda",
        "Today's work: what needs a hand and why, letters that are stuck, and the sum of all that is open.",
    ),
    "rota": Verb("agenda", "Whom we asked for a request, what became of it, and who is next."),
    "amend": Verb(
        "amend", "Correct a request of ours. An order that has not left is written anew; see also --again."
    ),
    "inject": Verb("mailroom", "Take letters in as if by a door whose proof holds. Prints their ids."),
    "fetch": Verb(
        "refetch",
        "Read again what a look into a mailbox passed over. Prints the letters' ids, or why there is none.",
    ),
    "letters": Verb("letters", "Letters in and out, the newest first."),
    "shelved": Verb(
        "letters",
        "What could not be placed: letters (I…), messages (E…), partners' first; and what waits for DNS.",
    ),
    "outbox": Verb("letters", "What waits, what failed, and why."),
    "letter": Verb("letter", "One letter: what it says and what became of it. Passwords are masked."),
    "release": Verb(
        "mailroom", "A shelved letter or message goes round once more; you vouch for its sender."
    ),
    "report": Verb(
        "mailroom", "Tell the sender of a shelved message that we know nothing of the request it speaks of."
    ),
    "attach": Verb(
        "mailroom",
        "Put a shelved letter, or one message of it, to a request; to O12: that letter of ours came back.",
    ),
    "dismiss": Verb(
        "mailroom",
        "Put shelved letters or messages away, or ours that did not arrive: kept, but nobody is asked again.",
    ),
    "redeliver": Verb("mailroom", "Send the same letter again (after a failure, a bounce, a doubt, a hold)."),
    "hold": Verb("mailroom", "Keep a letter of ours from leaving, until it is redelivered."),
    "partners": Verb(
        "partners", "The directory: who lends to us, who borrows from us, how they are told and believed."
    ),
    "pause": Verb(
        "partners",
        "Let letters to a partner wait, at once and until `resume`. Nothing else stops, nothing fails.",
    ),
    "resume": Verb("partners", "Let letters to a paused partner go again."),
    "templates": Verb("templates", "The templates, where each comes from, and whether it is in order."),
    "preview": Verb(
        "templates", "A finished letter, without sending it. Names file, line and field of what is wrong."
    ),
    "decode": Verb(
        "codecs", "Say what letters mean, one JSON line each; exit 1 where no protocol takes one."
    ),
    "encode": Verb("codecs", "Write the letter for APDUs (RFC 5322 bytes on stdout, the password masked)."),
    "password": Verb(
        "password",
        "The hash for [partner.login]: asks for the password twice, or reads one line from a pipe.",
    ),
    "patterns": Verb(
        "patterns",
        "Show how a reply of the British Library would be read, line by line, and by which pattern.",
    ),
}
