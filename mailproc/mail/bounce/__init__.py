"""Bounces: what a mail system says of a letter of ours, whatever its make.

``status`` reads the delivery status of RFC 3464, ``text`` the words of systems that write none, by the
tables of ``phrases``; ``returned`` finds the letter that came back; ``reader`` decides. All of it goes
line by line over a bounded text: a stranger wrote it.
"""

from mailproc.mail.bounce.reader import Bounce, read
from mailproc.mail.bounce.status import MOST_RECIPIENTS

__all__ = ["MOST_RECIPIENTS", "Bounce", "read"]
