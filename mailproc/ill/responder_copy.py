"""The state table of a lender of a copy: each message received and each action of staff.

For the lender a copy ends when it is sent: SHIPPED is final here, nothing comes back, and messages about
returning or renewing are errors. Tags: ``source_tags``.
"""

from mailproc.ill.cells import Grouped, alert, back, becomes, error, lay_out, note, stay
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
    S.LOST,
)
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
        (S.LOST,): note("N16", "LOST"),
    },
    "COND_REPLY.yes": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.FORWARD, S.CANCELLED, S.SHIPPED, S.LOST): note("N14"),
        (S.CONDITIONAL,): becomes(S.IN_PROCESS, "V"),
        (S.CANCEL_PENDING,): note("N14", before=S.IN_PROCESS),
        (S.NOT_SUPPLIED,): note("N16", "ANSWER.unfilled"),
    },
    "COND_REPLY.no": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS, S.CANCEL_PENDING): alert(becomes(S.NOT_SUPPLIED, "N14")),
        (S.CONDITIONAL,): becomes(S.NOT_SUPPLIED, "V"),
        (S.FORWARD,): alert(note("N14")),
        (S.NOT_SUPPLIED, S.CANCELLED, S.LOST): note("N14"),
        (S.SHIPPED,): alert(note("N14", "SHIPPED")),
    },
    "CANCEL": {
        (S.IDLE,): becomes(S.SHELVED_CANCEL, "N13"),
        (S.SHELVED_CANCEL,): note("N13"),
        (S.IN_PROCESS,): becomes(S.CANCEL_PENDING, "V"),
        (S.CONDITIONAL,): becomes(S.CANCEL_PENDING, "I"),
        (S.CANCEL_PENDING,): note("I"),
        (S.FORWARD, S.SHIPPED, S.LOST): note("N17", "CANCEL_REPLY.no"),
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
        (S.SHIPPED,): note("I"),
        (S.LOST,): alert(becomes(S.SHIPPED, "N25")),
    },
    "RETURNED": {STATES: error()},
    "RENEW": {STATES: error()},
    "LOST": {
        NO_REQUEST: note("N23"),
        (S.IN_PROCESS,): becomes(S.LOST, "I"),
        (S.CONDITIONAL,): becomes(S.LOST, "N15"),
        (S.CANCEL_PENDING,): becomes(S.LOST, "N15", "CANCEL_REPLY.no"),
        (S.FORWARD,): alert(note("N15")),
        (S.NOT_SUPPLIED, S.CANCELLED): alert(becomes(S.LOST, "N15")),
        (S.SHIPPED,): becomes(S.LOST, "V"),
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
    "lost": {
        (S.IN_PROCESS,): becomes(S.LOST, "I"),
    },
}

TABLE = lay_out(STATES, LETTERS, ACTS)
