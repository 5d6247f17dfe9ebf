"""However a secret is written down, it is found; and nothing else is touched."""

from hypothesis import given
from hypothesis import strategies as st

from mailproc.secret_words import SHORTEST, SecretWords

BREAKS = (
    "",
    "\n",
    "\r\n",
    " \n",
    "\n> ",
    "\r",
    "\n\t>> ",
    "<br>",
    "<BR/>",
    "<br />\r\n",
    "<BR CLEAR=all>",
    "&nbsp;\n",
    "\xa0\r\n",
    "\xc2\xa0\n",
    "\n\n",
    "\r\n \r\n",
    "\n" + " " * 40,
    "\n&gt; ",
)
SIGNS = st.characters(codec="ascii", min_codepoint=0x21, max_codepoint=0x7E)
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A secret, and a way to write it: some letters in the other case, some breaks between them."""
    secret = draw(st.text(SIGNS, min_size=SHORTEST, max_size=16))
    text = secret[0]
    for sign in secret[1:]:
        text += draw(st.sampled_from(BREAKS)) if draw(st.booleans()) else ""
        text += sign.swapcase() if draw(st.booleans()) else sign
    return secret, text


@given(written(), TEXT, TEXT)
def test_a_secret_is_found_however_it_is_written(case: tuple[str, str], before: str, after: str) -> None:
    secret, text = case
    masked = SecretWords([secret]).masked(f"{before} {text} {after}", "\0")
    assert "\0" in masked
    assert masked.count("\n") == f"{before} {text} {after}".count("\n")
    assert SecretWords([secret]).masked(f"{before} {secret} {after}", "\0").count(secret) == 0


@given(st.text(SIGNS, min_size=1, max_size=SHORTEST - 1), TEXT)
def test_a_short_one_is_no_word_but_an_exact_one_is(secret: str, text: str) -> None:
    assert SecretWords([secret]).masked(text + secret, "X") == text + secret
    assert SecretWords(exact=[secret]).masked(text + secret, "") == (text + secret).replace(secret, "")


@given(TEXT)
def test_who_has_no_secret_hides_nothing(text: str) -> None:
    assert SecretWords().masked(text, "X") == text
    assert SecretWords([""], [""]).masked(text, "X") == text


def test_the_longest_goes_first() -> None:
    assert SecretWords(["pass1", "pass12345"]).masked("PASS12345 pass1", "X") == "X X"


def test_what_only_looks_like_a_tag_hides_nothing() -> None:
    words = SecretWords(["secret9"])
    assert words.masked("x <br secret9> <br secret9 <br\nsec<br a=b>ret9 >", "X") == (
        "x <br X> <br X <br\nX<br a=b>X >"
    )


def test_nothing_of_the_words_is_a_pattern() -> None:
    assert SecretWords(["a.c*e+"]).masked("abcdee a.c*e+ A.C*E+", "X") == "abcdee X X"
