"""HTML and flowed text as plain lines."""

import pytest

from mailproc.mail import reply_text
from mailproc.mail.html_text import from_html, unflowed
from mailproc.mail.parse import parse


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo\n"),
        ("<div><div>one</div></div>two", "one\ntwo\n"),
        ("one<br>two<BR/>three", "one\ntwo\nthree\n"),
        ("<div>a</div><div><br></div><div><br></div><div>b</div>", "a\n\n\nb\n"),
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb\n"),  # an empty line of Outlook's
        ("<table><tr><td>LIB-1</td><td>NOT</td></tr><tr><td>LIB-2</td></tr></table>", "LIB-1 NOT\nLIB-2\n"),
        ("USE*3 &amp; &lt;NOT&gt; &#8364; &nbsp;x", "USE*3 & <NOT> €  x\n"),
        ("<style>p{}</style><script>if (a<b) {}</script><title>T</title>seen", "seen\n"),
        ("a<!-- <p>not</p> -->b<![CDATA[c]]>d<?php x?>e", "abde\n"),
        ("<pre>TX1\n   VOL 3\n</pre>", "TX1\n   VOL 3\n"),
        ("  many\n\n  blanks <b>in</b>  a row ", "many blanks in a row\n"),
        ("1 < 2", "1 < 2\n"),
        (
            "own<blockquote>quoted<blockquote>older</blockquote></blockquote>own",
            "own\n> quoted\n> > older\nown\n",
        ),
        ("unclosed <b", "unclosed\n"),
        ("&#99999999999999999999;" + "&#" + "9" * 5000 + ";", "\ufffd\ufffd\n"),
        ("", "\n"),
    ],
)
def test_html(html: str, text: str) -> None:
    assert from_html(html) == text


@pytest.mark.costly
@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", "</", "<![CDATA[", "<script>", "<?", "&#x", "<a b='", "<", "\n<p>"]
)
def test_hostile_html_takes_no_time(piece: str) -> None:
    assert from_html(piece * (600_000 // len(piece))).endswith("\n")


@pytest.mark.parametrize(
    ("flowed", "delsp", "text"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("one \ntwo", True, "one two"),
        ("\u4e00 \n\u4e8c", True, "\u4e00\u4e8c"),
        ("> a \n> b\nc", False, "> a b\nc"),
        (">> a \n> b", False, ">> a \n> b"),
        (" From here", False, "From here"),
        ("end \n\nnext", False, "end \n\nnext"),  # blank lines are never swallowed
        ("text \n-- \nname", False, "text \n-- \nname"),
        ("", False, ""),
    ],
)
def test_flowed(flowed: str, delsp: bool, text: str) -> None:
    assert unflowed(flowed, delsp) == text


def test_only_what_says_so_is_unflowed() -> None:
    body = b"\n\none \ntwo\n"
    assert parse(b"Content-Type: text/plain" + body).text == "one \ntwo\n"
    assert reply_text.body(parse(b"Content-Type: text/plain" + body)) == "one \ntwo\n"
    assert reply_text.body(parse(b"Content-Type: text/plain; format=Flowed" + body)) == "one two\n"
    assert parse(b"Content-Type: text/plain; format=Flowed" + body).text == "one \ntwo\n"
