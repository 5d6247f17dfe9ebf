"""The state table of a lender of a loan: each message received and each action of staff.

A repeated question is answered with the message that announced our present state, and a question that crossed
our last message with the current state. So a borrower whose message or answer was lost only has to ask again.
Tags: ``source_tags``.
"""

from mailproc.ill.cells import Grouped, alert, back, becomes, lay_out, note, stay
from mailproc.ill.terms import State

S = State  # the rows stay readable only with a short name

STATES = (
    S.IDLE,
    S.SHELVED_CANCEL,
    S.IN_PROCESS,
    S.CONDITIONAL,
    S.CANCEL_PENDING,
    S.FORWARD,
    S.NOT_SUPPLIED,
    S.CANCELLED,
    S.SHIPPED,
    S.RENEW_PENDING,
    S.OVERDUE,
    S.RENEW_OVERDUE,
    S.RECALL,
    S.CHECKED_IN,
    S.LOST,
)
# The item is with the borrower, or on its way there or back.
OUT = (S.SHIPPED, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL)
NO_REQUEST = (S.IDLE, S.SHELVED_CANCEL)

LETTERS: dict[str, Grouped] = {
    "ILL_REQUEST": {
        (S.IDLE,): becomes(S.IN_PROCESS, "K"),
        (S.SHELVED_CANCEL,): becomes(S.CANCEL_PENDING, "N13", before=S.IN_PROCESS),
        (S.IN_PROCESS,): note("K"),
        (S.CONDITIONAL,): note("N16", "ANSWER.conditional"),
        (S.CANCEL_PENDING,): note("N16"),
        (S.FORWARD,): note("N16", "FORWARD_NOTIFICATION"),
        (S.NOT_SUPPLIED,): note("N16", "ANSWER.unfilled"),
        (S.CANCELLED,): note("N16", "CANCEL_REPLY.yes"),
        (S.SHIPPED,): note("R", "SHIPPED"),
        (S.RENEW_PENDING,): note("N16", "SHIPPED"),
        (S.OVERDUE, S.RENEW_OVERDUE): note("N16", "OVERDUE"),
        (S.RECALL,): note("N16", "RECALL"),
        (S.CHECKED_IN,): note("N16", "CHECKED_IN"),
        (S.LOST,): note("N16", "LOST"),
    },
    "COND_REPLY.yes": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.FORWARD, S.CANCELLED, *OUT, S.CHECKED_IN, S.LOST): note("N14"),
        (S.CONDITIONAL,): becomes(S.IN_PROCESS, "V"),
        (S.CANCEL_PENDING,): note("N14", before=S.IN_PROCESS),
        (S.NOT_SUPPLIED,): note("N16", "ANSWER.unfilled"),
    },
    "COND_REPLY.no": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.CANCEL_PENDING): alert(becomes(S.NOT_SUPPLIED, "N14")),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "V"),
        (S.FORWARD,): alert(note("N14")),
        (S.NOT_SUPPLIED, S.CANCELLED, S.CHECKED_IN, S.LOST): note("N14"),
        OUT: alert(note("N14", "SHIPPED")),
    },
    "CANCEL": {
        (S.IDLE,): becomes(S.SHELVED_CANCEL, "N13"),
        (S.SHELVED_CANCEL,): note("N13"),
        (S.IN_PROCESS,): becomes(S.CANCEL_PENDING, "V"),
        (S.CONDITIONAL,): becomes(S.CANCEL_PENDING, "I"),
        (S.CANCEL_PENDING,): note("I"),
        (S.FORWARD, *OUT, S.CHECKED_IN, S.LOST): note("N17", "CANCEL_REPLY.no"),
        (S.NOT_SUPPLIED,): note("R", "CANCEL_REPLY.yes"),
        (S.CANCELLED,): note("N16", "CANCEL_REPLY.yes"),
    },
    "RECEIVED": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS,): becomes(S.SHIPPED, "V"),
        (S.CONDITIONAL,): becomes(S.SHIPPED, "N15"),
        (S.CANCEL_PENDING,): becomes(S.SHIPPED, "N15", "CANCEL_REPLY.no"),
        (S.FORWARD,): alert(note("N15")),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "N15")),
        (*OUT, S.CHECKED_IN): note("N15"),
        (S.LOST,): note("N19"),
    },
    "RETURNED": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.CONDITIONAL): becomes(S.SHIPPED, "N15"),
        (S.CANCEL_PENDING,): becomes(S.SHIPPED, "N15", "CANCEL_REPLY.no"),
        (S.FORWARD,): alert(note("N15")),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.SHIPPED, "N15")),
        (*OUT, S.CHECKED_IN): note("N15"),
        (S.LOST,): alert(note("N19", "LOST")),
    },
    "RENEW": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.CONDITIONAL): becomes(S.RENEW_PENDING, "N15"),
        (S.CANCEL_PENDING,): becomes(S.RENEW_PENDING, "N15", "CANCEL_REPLY.no"),
        (S.FORWARD,): alert(note("N15")),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.RENEW_PENDING, "N15")),
        (S.SHIPPED,): becomes(S.RENEW_PENDING, "V"),
        (S.RENEW_PENDING,): note("I"),
        (S.OVERDUE,): becomes(S.RENEW_OVERDUE, "I"),
        (S.RENEW_OVERDUE,): note("N18"),
        (S.RECALL,): note("N18", "RENEW_ANSWER.no"),
        (S.CHECKED_IN,): note("N18", "RENEW_ANSWER.no", "CHECKED_IN"),
        (S.LOST,): note("N18", "LOST"),
    },
    "LOST": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(S.LOST, "I"),
        (S.CONDITIONAL,): becomes(S.LOST, "N15"),
        (S.CANCEL_PENDING,): becomes(S.LOST, "N15", "CANCEL_REPLY.no"),
        (S.FORWARD,): alert(note("N15")),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.LOST, "N15")),
        (S.SHIPPED,): becomes(S.LOST, "V"),
        (S.CHECKED_IN,): alert(note("N19", "CHECKED_IN")),
        (S.LOST,): note("N19"),
    },
}

ACTS: dict[str, Grouped] = {
    "promise": {
        (S.IN_PROCESS,): stay("V"),
    },
    "conditional": {
        (S.IN_PROCESS,): becomes(S.CONDITIONAL, "V"),
    },
    "unfilled": {
        (S.IN_PROCESS,): becomes(S.NOT_SUPPLIED, "V"),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "N20"),
    },
    "expire": {
        (S.IN_PROCESS,): becomes(S.NOT_SUPPLIED, "V"),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "I"),
    },
    "forward": {
        (S.IN_PROCESS,): becomes(S.FORWARD, "I"),
    },
    "ship": {
        (S.IN_PROCESS,): becomes(S.SHIPPED, "V"),
        (S.CANCEL_PENDING,): becomes(S.SHIPPED, "I"),
    },
    "cancel-yes": {
        (S.SHELVED_CANCEL,): becomes(S.CANCELLED, "N13"),
        (S.CANCEL_PENDING,): becomes(S.CANCELLED, "V"),
    },
    "cancel-no": {
        (S.CANCEL_PENDING,): back("R"),
    },
    "renew-yes": {
        (S.SHIPPED,): stay("N21"),
        (S.RENEW_PENDING, S.RENEW_OVERDUE): becomes(S.SHIPPED, "I"),
        (S.OVERDUE,): becomes(S.SHIPPED, "N21"),
    },
    "renew-no": {
        (S.RENEW_PENDING,): becomes(S.SHIPPED, "I"),
        (S.RENEW_OVERDUE,): becomes(S.OVERDUE, "I"),
    },
    "overdue": {
        (S.IN_PROCESS,): becomes(S.OVERDUE, "I"),
        (S.SHIPPED,): becomes(S.OVERDUE, "V"),
        (S.RENEW_PENDING,): becomes(S.RENEW_OVERDUE, "I"),
        (S.OVERDUE, S.RECALL): stay("I"),
        (S.RENEW_OVERDUE,): stay("N8"),
    },
    "recall": {
        (S.IN_PROCESS, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE): becomes(S.RECALL, "I"),
        (S.SHIPPED,): becomes(S.RECALL, "V"),
        (S.RECALL,): stay("N8"),
    },
    "check-in": {
        (S.IN_PROCESS, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(S.CHECKED_IN, "I"),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.CHECKED_IN, "N24")),
        (S.LOST,): alert(becomes(S.CHECKED_IN, "N25")),
        (S.SHIPPED,): becomes(S.CHECKED_IN, "V"),
    },
    "lost": {
        (S.IN_PROCESS, S.RENEW_PENDING, S.OVERDUE, S.RENEW_OVERDUE, S.RECALL): becomes(S.LOST, "I"),
        (S.SHIPPED,): becomes(S.LOST, "V"),
    },
}

TABLE = lay_out(STATES, LETTERS, ACTS)
