"""Words of others as they may be shown to staff: without passwords, and without what steers a screen."""

from mailproc.invisible import UNSEEN
from mailproc.log import mask_shown


def shown(words: str) -> str:
    """Without unseen characters: what a stranger wrote must not steer the terminal or turn the text round."""
    return UNSEEN.sub(lambda found: found[0] if found[0] in "\n\t" else "�", words)


def one_line(words: str) -> str:
    """The same where a line end would forge a line, and blanks in a row a column: every word of others that
    is shown within a line of ours goes through here."""
    return " ".join(shown(mask_shown(words)).split())


def cut(words: str, most: int) -> str:
    """The text on one line, of at most so many signs, no word of it cut where there is more than one."""
    whole = one_line(words)
    if len(whole) <= most:
        return whole
    head = whole[: most - 1]
    return (head.rpartition(" ")[0] or head) + "…"
