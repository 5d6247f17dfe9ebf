"""Bounces: what mail systems report about letters of ours.

``status`` reads the delivery status of RFC 3464, ``text`` the text of systems that write none, by the tables
of ``phrases``; ``returned`` finds the letter that bounced; ``reader`` decides. All work line by line over a
bounded text, because strangers write it.
"""

from mailproc.mail.bounce.reader import Bounce, read
from mailproc.mail.bounce.status import MOST_RECIPIENTS

__all__ = ["MOST_RECIPIENTS", "Bounce", "read"]
