"""The elements of ILL SBN: which stand in which, in the order in which they are written.

A message is read by the names of its elements, in any order; the order is for receivers that look at it. What
stands here without a field (``fields``) is known, and kept as it came.
"""

from collections.abc import Mapping

ROOT = "ILL-APDU"

_HEAD = ("Transaction-Id", "Service-date-time", "Requester-Id", "Responder-Id")

CHILDREN: Mapping[str, tuple[str, ...]] = {
    "ILL-Request": (
        *_HEAD, "Delivery-address", "Delivery-service", "Requester-optional-messages",
        "Supply-medium-type", "Place-on-hold", "Client-Id", "Item-Id", "Date-requester",
        "Need-before-date", "Expiry-date", "Cost-info-type", "Copyright-compliance", "Requester-note",
        "Current-state",
    ),
    "Forward-Notification": (*_HEAD, "Notification-note"),
    "Shipped": (*_HEAD, "Client-Id", "Supply-details", "Responder-note", "Responder-optional-messages"),
    "ILL-Answer": (*_HEAD, "Responder-note", "Responder-optional-messages", "Answer-type"),
    "Conditional-Reply": (*_HEAD, "Requester-note"),
    "Cancel": (*_HEAD, "Requester-note"),
    "Cancel-Reply": (*_HEAD, "Responder-note"),
    "Received": (*_HEAD, "Date-received", "Requester-note"),
    "Recall": (*_HEAD, "Responder-note"),
    "Returned": (*_HEAD, "Date-returned", "Requester-note"),
    "Checked-In": (*_HEAD, "Date-checked-in", "Responder-note"),
    "Overdue": (*_HEAD, "Date-due", "Responder-note"),
    "Renew": (*_HEAD, "Desired-due-date", "Requester-note"),
    "Renew-Answer": (*_HEAD, "Date-due", "Responder-note"),
    "Lost": (*_HEAD, "Note"),
    "Damaged": (*_HEAD, "Note"),
    "Message": (*_HEAD, "Note"),
    "Status-query": (*_HEAD, "Note"),
    "Status-or-error-report": (*_HEAD, "Status-report", "Error-report"),
    "Expired": _HEAD,
    "Answer-type": (
        "Conditional", "Retry", "Unfilled", "Location-provider", "Will-supply", "Hold-placed", "Estimate",
    ),
    "Conditional": ("Date-for-reply",),
    "Will-supply": ("Supply-date",),
    "Hold-placed": ("Estimate-date-available",),
    "Estimate": ("Cost-estimate",),
    "Cost-estimate": ("Note",),
    "Service-date-time": ("Date", "Time"),
    "Date": ("Year", "Month", "Day"),
    "Delivery-address": ("Postal-address", "Electronic-address"),
    "Postal-address": ("Street-and-number", "City", "Postal-code", "Region", "Country"),
    "Client-Id": ("Client-identifier", "Client-name", "Email"),
    "Item-Id": (
        "Item-type", "Medium-type", "Location-note", "Author", "Title", "Sub-title", "Sponsoring-body",
        "Place-of-publication", "Publisher", "Series-title-number", "Volume-issue", "Year-issue", "Issue",
        "Edition", "Publication-date", "Author-of-article", "Title-of-article", "Pagination",
        "National-bibliografic-number", "Standard-number", "Verification-reference-source",
        "Additional-no-letters", "System-no",
    ),
    "Cost-info-type": ("Maximum-cost", "Payment-provided"),
    "Maximum-cost": ("Amount",),
    "Cost": ("Amount",),
    "Amount": ("Currency-code", "Monetary-value"),
    "Supply-details": ("Date-shipped", "Date-due", "Chargeable-units", "Cost", "Shipped-via"),
    "Shipped-via": ("Physical-delivery", "Electronic-address"),
    "Status-report": ("History-report", "Current-state"),
    "History-report": (
        "Date-requested", "Author", "Title", "Author-of-article", "Title-of-article",
        "Date-of-last-transiction", "Most-recent-service", "Date-of-most-recent-service",
        "Initiator-of-most-recent-service", "Most-recent-service-note",
    ),
    "Most-recent-service": ("Current-state",),
}  # fmt: skip
"""By element: its children. The spelling is that of the wire, also where it is wrong."""

REPEATED = frozenset({"Note", "Standard-number", "Supply-medium-type"})
"""Elements of which there may be several: a list in a tree, even when there is one."""

LIBRARY = "bib"
"""An entry of the hub's list of libraries; no message."""

MESSAGES = tuple(name for name, children in CHILDREN.items() if children[:1] == ("Transaction-Id",))
