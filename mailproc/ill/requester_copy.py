"""The state table of a borrower of a copy: each message received and each action of staff.

A copy is kept, so nothing follows its arrival: there is no due date, no renewal and no return, and messages
about them are errors. Tags: ``source_tags``.
"""

from mailproc.ill.cells import Grouped, alert, back, becomes, error, lay_out, note, refused, stay
from mailproc.ill.terms import State

S = State  # the rows stay readable only with a short name

STATES = (
    S.IDLE,
    S.PENDING,
    S.CONDITIONAL,
    S.CANCEL_PENDING,
    S.NOT_SUPPLIED,
    S.CANCELLED,
    S.SHIPPED,
    S.RECEIVED,
    S.LOST,
)

LETTERS: dict[str, Grouped] = {
    "ANSWER.promise": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): note("D"),
        (S.CONDITIONAL, S.NOT_SUPPLIED, S.CANCELLED, S.SHIPPED, S.RECEIVED, S.LOST): note("N4"),
        (S.CANCEL_PENDING,): note("I"),
    },
    "ANSWER.conditional": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.CONDITIONAL, "D"),
        (S.CONDITIONAL,): note("I"),
        (S.CANCEL_PENDING,): note("N2", before=S.CONDITIONAL),
        (S.NOT_SUPPLIED, S.CANCELLED, S.LOST): note("N4"),
        (S.SHIPPED, S.RECEIVED): alert(note("N4")),
    },
    "ANSWER.unfilled": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.NOT_SUPPLIED, "D"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.NOT_SUPPLIED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RECEIVED, S.LOST): note("N4"),
        (S.SHIPPED,): alert(note("N22")),
    },
    "EXPIRED": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.NOT_SUPPLIED, "V"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.NOT_SUPPLIED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RECEIVED, S.LOST): note("N4"),
        (S.SHIPPED,): alert(note("N22")),
    },
    "FORWARD_NOTIFICATION": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): note("D"),
        (S.CONDITIONAL,): becomes(S.PENDING, "N2"),
        (S.CANCEL_PENDING,): note("N2", before=S.PENDING),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(note("N4")),
        (S.SHIPPED, S.RECEIVED, S.LOST): note("N4"),
    },
    "CANCEL_REPLY.yes": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL): becomes(S.CANCELLED, "N1"),
        (S.CANCEL_PENDING,): becomes(S.CANCELLED, "D"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.RECEIVED, S.LOST): note("N4"),
        (S.SHIPPED,): alert(note("N22")),
    },
    "CANCEL_REPLY.no": {
        (S.IDLE,): note("N23"),
        (S.PENDING, S.CONDITIONAL): note("N1"),
        (S.CANCEL_PENDING,): back("R"),
        (S.NOT_SUPPLIED, S.CANCELLED, S.SHIPPED, S.RECEIVED, S.LOST): note("N4"),
    },
    "SHIPPED": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.SHIPPED, "D"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.SHIPPED, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "R")),
        (S.SHIPPED, S.RECEIVED, S.LOST): note("N5"),
    },
    "OVERDUE": {STATES: error()},
    "RECALL": {STATES: error()},
    "LOST": {
        (S.IDLE,): note("N23"),
        (S.PENDING,): becomes(S.LOST, "I"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.LOST, "N3"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.LOST, "N7")),
        (S.SHIPPED,): becomes(S.LOST, "D"),
        (S.RECEIVED, S.LOST): note("N8"),
    },
    "CHECKED_IN": {STATES: error()},
    "RENEW_ANSWER.yes": {STATES: error()},
    "RENEW_ANSWER.no": {STATES: error()},
}

ACTS: dict[str, Grouped] = {
    "request": {
        (S.IDLE,): becomes(S.PENDING, "K"),
        (S.PENDING,): stay("K"),
    },
    "condition-yes": {
        (S.PENDING,): refused("N12"),
        (S.CONDITIONAL,): becomes(S.PENDING, "K"),
    },
    "condition-no": {
        (S.PENDING,): refused("N12"),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "K"),
    },
    "cancel": {
        (S.PENDING,): becomes(S.CANCEL_PENDING, "K"),
        (S.CONDITIONAL,): becomes(S.CANCEL_PENDING, "I"),
        (S.CANCEL_PENDING,): stay("K"),
    },
    "receive": {
        (S.PENDING,): becomes(S.RECEIVED, "V"),
        (S.CONDITIONAL, S.CANCEL_PENDING): becomes(S.RECEIVED, "R"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.RECEIVED, "R")),
        (S.SHIPPED,): becomes(S.RECEIVED, "D"),
        (S.LOST,): alert(becomes(S.RECEIVED, "N25")),
    },
    "lost": {
        (S.SHIPPED,): becomes(S.LOST, "D"),
    },
}

TABLE = lay_out(STATES, LETTERS, ACTS)
