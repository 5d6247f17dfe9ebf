"""The commonest mistakes in config.toml: the line, what it is, how it is right; one problem for one."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc import config_load
from mailproc.config import Config
from mailproc.config_load import toml_file
from mailproc.config_load.toml_file import CONFIGURATION
from mailproc.errors import Misconfigured
from mailproc.protocols import registry
from tests.linear.stopwatch import too_steep

FULL = os.environ.get("REQUIRE_ALL") == "1"
SHIPPED = Path(__file__).resolve().parents[1] / "config.toml"
SECRET = "hunter2-hunter2"

RIGHT = """\
[library]
symbol = "UK-EXAMPLE"
name = "Example Library"
email = "ill@uk-example.example"

[listen]
enabled = true
port = 8025
timeout = 60.5
networks = ["127.0.0.0/8", "::1/128"]

[deliver]
mode = "smtp"
host = "relay.uk-example.example"
user = "ill"
password = { env = "RELAY_PASSWORD" }

[[mailbox]]
name = "intray"
host = "imap.uk-example.example"
user = "ill"
password = { env = "BOX_PASSWORD" }

[[partner]]
symbol = "UK-BL"
address = "orders@supplier.example"
proof = ["dkim"]

[partner.artemail]
instructions = "WLX"

[[partner.artemail.account]]
direction = "out"
customer_code = "99-0001"
password = { env = "ART_PASSWORD" }

[[partner]]
symbol = "UK-TWO"
address = "ill@two.example"
codec = "letter"
proof = ["none"]
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOX_PASSWORD", "ART_PASSWORD", "RELAY_PASSWORD"):
        monkeypatch.setenv(name, SECRET)


def load(folder: Path, content: str | bytes) -> Config:
    file = folder / "config.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return config_load.load(file, registry.problems)


def problems(folder: Path, content: str | bytes) -> list[str]:
    """What is said of it, a sentence each, without the name of the file; empty where it is right."""
    try:
        load(folder, content)
    except Misconfigured as error:
        assert error.__cause__ is None
        first, *others = str(error).split("\n")
        return [one.strip() for one in others] or [first.removeprefix(f"{folder / 'config.toml'}, ")]
    return []


def changed(*pairs: tuple[str, str]) -> str:
    text = RIGHT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


BL = RIGHT[RIGHT.index("[[partner]]") : RIGHT.rindex("[[partner]]")]
ACCOUNT = BL[BL.index("[[partner.artemail.account]]") :]
ONE_MISTAKE: list[tuple[str, list[tuple[str, str]], int, str]] = [
    # what, the change of RIGHT, the line that is named, the words
    ("one bracket", [("[[partner]]", "[partner]")], 24, "there may be several: write [[partner]]"),
    ("one bracket, inner", [("[[partner.artemail.account]]", "[partner.artemail.account]")], 32,
     "write [[partner.artemail.account]]"),
    ("one bracket, mailbox", [("[[mailbox]]", "[mailbox]")], 18, "there may be several: write [[mailbox]]"),
    ("two brackets", [("[library]", "[[library]]")], 1, "there is only one: write [library]"),
    ("bracket not closed", [("[deliver]", "[deliver")], 12, "write [deliver]"),
    ("brackets not closed", [("[[mailbox]]", "[[mailbox]")], 18, "write [[mailbox]]"),
    ("one bracket, not closed", [("[[mailbox]]", "[mailbox")], 18, "write [[mailbox]]"),
    ("braces", [("[deliver]", "{deliver}")], 12, "write [deliver]"),
    ("as in YAML", [("[deliver]", "deliver:")], 12, "write [deliver]"),
    ("quotes in a table", [("[deliver]", '["deliver]')], 12, "write [deliver]"),
    ("key beside the table", [('[deliver]\nmode = "smtp"', '[deliver] mode = "smtp"')], 12,
     "in the next line"),
    ("table appended", [("[[mailbox]]", '[library]\nstaff = "a@b.example"\n\n[[mailbox]]')], 18,
     "stands there twice; the first is in line 1: write the keys of both below one"),
    ("table appended whole", [("[[mailbox]]", RIGHT[: RIGHT.index("\n\n")] + "\n\n[[mailbox]]")], 18,
     "library: stands there twice; the first is in line 1"),
    ("table appended at the end", [(RIGHT[-20:], RIGHT[-20:] + "\n[listen]\nport = 25\n")], 43,
     "listen: stands there twice; the first is in line 6"),
    ("key twice", [("port = 8025", "port = 8025\nport = 8026")], 9, "listen.port: stands there twice"),
    ("account first", [(BL, ACCOUNT + BL.replace(ACCOUNT, ""))], 24,
     "partner.artemail.account: stands before its [[partner]]: move it below"),
    ("partner doubled", [(BL, BL + BL)], 38,
     'partner[UK-BL].symbol = "UK-BL": two partners, or a partner twice'),
    ("account doubled", [(ACCOUNT, ACCOUNT + ACCOUNT)], 39,
     "stands twice for this direction; the first is in line 34"),
    ("mailbox doubled", [("[[partner]]", '[[mailbox]]\nname = "intray"\nhost = "h"\nuser = "u"\n'
                          'password = { env = "BOX_PASSWORD" }\n[[partner]]')], 25,
     "the first is in line 19"),
    ("table misspelt", [("[library]", "[libary]")], 1, 'did you mean "library"?'),
    ("table in capitals", [("[library]", "[Library]")], 1, 'did you mean "library"?'),
    ("inner table misspelt", [("[partner.artemail]", "[partner.artmail]")], 29, 'did you mean "artemail"?'),
    ("key misspelt", [("symbol", "symbl")], 2, 'library.symbl: unknown key; did you mean "symbol"?'),
    ("needed key misspelt", [("address", "adress")], 26, 'did you mean "address"?'),
    ("key with a hyphen", [("customer_code", "customer-code")], 34, 'did you mean "customer_code"?'),
    ("key with a blank", [("customer_code", "customer code")], 34, 'write customer_code = "99-0001"'),
    ("key below the account", [('proof = ["dkim"]\n', ""),
     (ACCOUNT, ACCOUNT.rstrip() + '\nproof = ["dkim"]\n\n')],
     35, "it is a key of [[partner]]: write it there, above [[partner.artemail.account]]"),
    ("key above every table", [("[library]", 'time_zone = "Europe/London"\n[library]')], 1,
     "it is a key of [library]: write it there"),
    ("table as text", [('\n[[mailbox]]', 'x\n[[mailbox]]')], 17, 'has no value: write x = "text"'),
    ("quotes of a text program", [('"UK-EXAMPLE"', "“UK-EXAMPLE”")], 2,
     'quotes are the straight ones, ": write symbol = "UK-EXAMPLE"'),
    ("German quotes", [('"Example Library"', "„Example Library“")], 3, 'write name = "Example Library"'),
    ("curly single quotes", [('"UK-EXAMPLE"', "‘UK-EXAMPLE’")], 2, "write symbol = 'UK-EXAMPLE'"),
    ("backticks", [('"UK-EXAMPLE"', "`UK-EXAMPLE`")], 2, "write symbol = 'UK-EXAMPLE'"),
    ("curly quotes in a list", [('["dkim"]', "[“dkim”]")], 27, 'write proof = ["dkim"]'),
    ("True", [("= true", "= True")], 7,
     "true or false, in small letters and without quotes: write enabled = true"),
    ("yes", [("= true", "= yes")], 7, "write enabled = true"),
    ("off", [("= true", "= off")], 7, "write enabled = false"),
    ("true in quotes", [("= true", '= "true"')], 7, "must be true or false, as enabled = true"),
    ("yes in quotes", [("= true", '= "yes"')], 7,
     'listen.enabled = "yes": must be true or false, as enabled = true'),
    ("neither", [("= true", "= perhaps")], 7, "must be true or false"),
    ("words", [('"Example Library"', "Example Library")], 3,
     'text stands in quotes: write name = "Example Library"'),
    ("words with a comment", [('"Example Library"', "Example Library # ours")], 3,
     'write name = "Example Library"'),
    ("a word", [('"smtp"', "smtp")], 13, 'text stands in quotes: write mode = "smtp"'),
    ("an address", [('"ill@two.example"', "ill@two.example")], 39, 'write address = "ill@two.example"'),
    ("quote not closed", [('"Example Library"', '"Example Library')], 3,
     "its quote is not closed: write name = "),
    ("quote not opened", [('"Example Library"', 'Example Library"')], 3,
     "its quote is not closed: write name = "),
    ("two kinds of quotes", [('"Example Library"', "\"Example Library'")], 3,
     'write name = "Example Library"'),
    ("quote not closed, comment", [('"Example Library"', '"Example Library # ours')], 3,
     "its quote is not closed"),
    ("quotes within quotes", [('"Example Library"', '"The "Best" Library"')], 3,
     "write name = 'The \"Best\" Library'"),
    ("three quotes", [('"Example Library"', '\"""Example Library')], 3, "its quote is not closed"),
    ("backslashes", [('"WLX"', '"C:\\users\\art"')], 30, "write instructions = 'C:\\users\\art'"),
    ("point as a comma", [("60.5", "60,5")], 9, "a number has a point, no comma: write timeout = 60.5"),
    ("comma in quotes", [("60.5", '"60,5"')], 9,
     'listen.timeout = "60,5": must be a number, as timeout = 60.5'),
    ("number in quotes", [("8025", '"8025"')], 8,
     'listen.port = "8025": must be a whole number, as port = 8025'),
    ("number with a point", [("8025", "8025.0")], 8, "must be a whole number, as port = 8025"),
    ("number with zeros", [("8025", "08025")], 8, "write port = 8025"),
    ("number with a unit", [("60.5", "60s")], 9, "write timeout = 60"),
    ("thousands", [("port = 8025", "max_size = 20,000,000")], 8, "write max_size = 20_000_000"),
    ("word for a number", [("8025", "smtp")], 8, "must be a number, as port = 7"),
    ("number for text", [('"UK-EXAMPLE"', "17")], 2, 'must be text in quotes, as symbol = "17"'),
    ("list for text", [('"UK-EXAMPLE"', '["UK-EXAMPLE"]')], 2,
     'must be text in quotes, as symbol = "UK-EXAMPLE"'),
    ("text for a list", [('["dkim"]', '"dkim"')], 27, 'must be a list, as proof = ["dkim"]'),
    ("word for a list", [('["dkim"]', "dkim")], 27, 'write proof = ["dkim"]'),
    ("list without quotes", [('["dkim"]', "[dkim]")], 27, 'write proof = ["dkim"]'),
    ("list without brackets", [('["127.0.0.0/8", "::1/128"]', '"127.0.0.0/8", "::1/128"')], 10,
     'write networks = ["127.0.0.0/8", "::1/128"]'),
    ("list without a comma", [('"127.0.0.0/8", ', '"127.0.0.0/8" ')], 10,
     'write networks = ["127.0.0.0/8", "::1/128"]'),
    ("list in parentheses", [('["dkim"]', '("dkim")')], 27, 'write proof = ["dkim"]'),
    ("list not closed", [('"::1/128"]', '"::1/128"')], 10, "the list is not closed by ]"),
    ("list of several lines not closed",
     [('["127.0.0.0/8", "::1/128"]', '[\n  "127.0.0.0/8",\n  "::1/128",\n')], 10,
     "the list is not closed by ]"),
    ("quote in a list not closed", [('"127.0.0.0/8",', '"127.0.0.0/8,')], 10,
     "a quote in the list is not closed"),
    ("word near an allowed one", [('["dkim"]', '["dkmi"]')], 27, 'did you mean "dkim"?'),
    ("colon", [("port = 8025", "port: 8025")], 8,
     '"=" stands between a key and its value: write port = 8025'),
    ("no equals sign", [("port = 8025", "port 8025")], 8, "write port = 8025"),
    ("two equals signs", [("port = 8025", "port == 8025")], 8, "write port = 8025"),
    ("no value", [("port = 8025", "port =")], 8, "must be a number"),
    ("no text", [('"WLX"', "")], 30, 'has no value: write instructions = "text", or take the line away'),
    ("null", [('"WLX"', "null")], 30, 'there is no null; "" is none: write instructions = ""'),
    ("comma at the end", [("port = 8025", "port = 8025,")], 8,
     "nothing stands behind a value: write port = 8025"),
    ("semicolon at the end", [('"UK-EXAMPLE"', '"UK-EXAMPLE";')], 2, 'write symbol = "UK-EXAMPLE"'),
    ("two keys on a line", [("port = 8025\n", "port = 8025, ")], 8, "one key stands on one line"),
    ("words behind", [('"Example Library"', '"Example Library" (ours)')], 3,
     'write name = "Example Library"'),
    ("comment of another kind", [("[library]", "; ours\n[library]")], 1, 'a comment begins with "#"'),
    ("comment as in C", [("[library]", "// ours\n[library]")], 1, 'a comment begins with "#"'),
    ("secret in the file", [('{ env = "ART_PASSWORD" }', f'"{SECRET}"')], 35,
     "a secret is not written into this file"),
    ("secret without quotes", [('{ env = "ART_PASSWORD" }', SECRET)], 35,
     "a secret is not written into this file"),
    ("secret, quote not closed", [('{ env = "ART_PASSWORD" }', f'"{SECRET}')], 35, "a secret is not written"),
    ("secret as in YAML", [('password = { env = "ART_PASSWORD" }', f"password: {SECRET}")], 35,
     "a secret is not"),
    ("secret by a dollar", [('{ env = "ART_PASSWORD" }', "$ART_PASSWORD")], 35,
     'write password = { env = "NAME" }'),
    ("secret's name without quotes", [('env = "ART_PASSWORD"', "env = ART_PASSWORD")], 35,
     "a secret is named in braces"),
    ("secret with a colon", [('env = "ART_PASSWORD"', 'env: "ART_PASSWORD"')], 35,
     "a secret is named in braces"),
    ("secret's brace not closed", [('"ART_PASSWORD" }', '"ART_PASSWORD"')], 35,
     "a secret is named in braces"),
    ("secret on three lines", [('{ env = "ART_PASSWORD" }', '{\n  env = "ART_PASSWORD"\n}')], 35,
     "on one line"),
    ("secret misspelt", [("password = { env = \"RELAY", "passwort = { env = \"RELAY")], 16,
     'did you mean "password"?'),
    ("address for a mailbox", [('"ill@two.example"', '"two.example"')], 39, "must be an address"),
    ("mark in the middle", [("[listen]", "\ufeff[listen]")], 6,
     "holds a character that nobody sees: write [listen]"),
    ("zero width blank", [("symbol", "sym\u200bbol")], 2, 'nobody sees: write symbol = "UK-EXAMPLE"'),
    ("blank of a web page", [("symbol = ", "symbol\xa0=\xa0")], 2,
     "holds a blank that is not the common one"),
    ("control character", [("Example Library", "Example\x00Library")], 3,
     "holds a character that nobody sees"),
    ("lists in lists", [('["dkim"]', "[" * 3000)], 27, "too many lists in lists"),
    ("a very long number", [("8025", "8" * 5000)], 8, "must be a number"),
    ("a very long hexadecimal number", [("8025", "0x" + "f" * 5000)], 8, "must be a whole number"),
    ("quotes of a text program around a number", [("8025", "“smtp”")], 8, "quotes are the straight ones"),
    ("a word that is none of the allowed", [('"smtp"', "zz")], 13, "text stands in quotes"),
    ("a very long key", [("port = 8025", "p" * 5000 + " = 1")], 8, "unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "line", "words"), [row[1:] for row in ONE_MISTAKE], ids=[row[0] for row in ONE_MISTAKE]
)
def test_one_mistake_is_one_problem_with_its_line_and_what_is_right(
    tmp_path: Path, pairs: list[tuple[str, str]], line: int, words: str
) -> None:
    (told,) = problems(tmp_path, changed(*pairs))
    assert told.startswith(f"line {line}: ")
    assert words in told
    assert SECRET not in told
    assert len(told) < 500


def test_the_right_file_is_right(tmp_path: Path) -> None:
    assert problems(tmp_path, RIGHT) == []


HARMLESS: dict[str, str | bytes] = {
    "a mark at the start": b"\xef\xbb\xbf" + RIGHT.encode(),
    "line ends of Windows": RIGHT.replace("\n", "\r\n"),
    "line ends of an old Mac": RIGHT.replace("\n", "\r"),
    "tabs at the start": "\t" + RIGHT.replace("\n", "\n\t"),
    "blanks": RIGHT.replace(" = ", "  =\t").replace("[[partner]]", "[[ partner ]]"),
    "no line end at the end": RIGHT.rstrip(),
    "key of quotes": RIGHT.replace("symbol", '"symbol"'),
    "a list of several lines":
        RIGHT.replace('["127.0.0.0/8", "::1/128"]', '[ # ours\n"127.0.0.0/8",\n"::1/128",\n]'),
}  # fmt: skip


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_no_mistake(tmp_path: Path, content: str | bytes) -> None:
    assert problems(tmp_path, content) == []


CHARSETS = [("latin-1", 'Windows-1252 "é"'), ("cp1252", 'Windows-1252 "é"'), ("utf-16", "UTF-16"),
            ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")]  # fmt: skip


@pytest.mark.parametrize(("charset", "words"), CHARSETS)
def test_another_charset_is_one_problem_beside_the_others(tmp_path: Path, charset: str, words: str) -> None:
    text = changed(("Example Library", "Bibliothèque d’été" if charset == "cp1252" else "Bibliothéque d'été"))
    (told,) = problems(tmp_path, text.encode(charset))
    assert told.startswith("line 3: " if words[0] == "W" else "line 1: ")
    assert "save the file as UTF-8" in told
    assert "not UTF-8" in told
    assert len(problems(tmp_path, text.replace("= true", "= True").encode(charset))) == 2


def test_all_mistakes_are_told_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = changed(
        ('"UK-EXAMPLE"', "UK-EXAMPLE"), ("= true", "= True"), ("port = 8025", 'port = "8025"'),
        ('networks = ["127.0.0.0/8"', 'networks = ["127.0.0.1/8"'), ("[[mailbox]]", "[mailbox]"),
        ('"ill@two.example"', '"two.example"'), ('codec = "letter"', 'codek = "letter"'),
    )  # fmt: skip
    told = problems(tmp_path, text)
    assert [int(one.split(":")[0].removeprefix("line ")) for one in told] == [2, 7, 8, 10, 18, 39, 40]


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    told = problems(tmp_path, "[library]\n" + "x\n" * 1000)
    assert len(told) == 101
    assert told[-1] == "and 900 more"


# --- damage in one place ------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """RIGHT with some octets in one place taken away, put in, exchanged, or doubled."""
    octets = RIGHT.encode()
    start = draw(st.integers(0, len(octets)))
    end = min(len(octets), start + draw(st.sampled_from([0, 0, 1, 1, 2, 5, 30, 200])))
    new = draw(
        st.one_of(
            st.just(b""),
            st.just(octets[start:end] * 2),
            st.sampled_from([b'"', b"'", b"[", b"]", b"{", b"}", b"=", b"\n", b"#", b",", b"\\", b".",
                             b'\"""', b"'''", b"\xff", b"\0", b"\r", b"[[", b"]]", b"[library]\n",
                             b"x = 1\n", b"\n[[partner]]\n"]),
            st.binary(max_size=6),
            st.text(max_size=6).map(str.encode),
        )
    )  # fmt: skip
    return octets[:start] + new + octets[end:]


@settings(deadline=None, max_examples=3000 if FULL else 150)
@given(damaged())
def test_damage_in_one_place_has_a_line_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    for told in problems(tmp_path_factory.getbasetemp(), content):
        assert told.startswith("line ")
        assert SECRET not in told


@settings(deadline=None, max_examples=1000 if FULL else 100)
@given(st.text(alphabet=st.sampled_from("ab.=[]{}\"'\\#,\n \t1:“\0\ufeff"), max_size=80))
def test_any_text_is_read_or_refused_with_its_lines(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    for told in problems(tmp_path_factory.getbasetemp(), text):
        assert told.startswith("line ")
        number = int(told.split(":")[0].removeprefix("line "))
        assert 1 <= number <= text.count("\n") + 1


values = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@settings(deadline=None, max_examples=1000 if FULL else 60)
@given(st.dictionaries(st.sampled_from("abcd"), st.dictionaries(st.sampled_from("xyz"), values), max_size=4))
def test_statement_by_statement_is_the_same_as_the_whole(data: dict[str, dict[str, Any]]) -> None:
    """The two ways of reading a right file agree."""
    text = "".join(
        f"[{table}]\n" + "".join(f"{key} = {written(value)}\n" for key, value in keys.items())
        for table, keys in data.items()
    )
    found = toml_file.assembled(text, toml_file.Kinds())
    assert found.data == tomllib.loads(text) == data
    assert not found.problems


def written(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(one)}, # [\n" for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(one):08X}" if one in '"\\' or ord(one) < 32 or ord(one) > 126 else one
                             for one in value) + '"'  # fmt: skip
    return repr(value)


def test_the_shipped_file_is_read_the_same_both_ways() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for each in (text, RIGHT):
        found = toml_file.assembled(each, CONFIGURATION)
        assert found.data == tomllib.loads(each)
        assert not found.problems


# --- linear -------------------------------------------------------------------------------------

FLOOR = 0.02
"""Seconds of the processor: what takes less for its first size keeps nobody waiting."""
LONG = {
    "quotes not closed": 'name = "x\n', "lists not closed": "aliases = [\n", "braces not closed": "a = {\n",
    "long texts": 'a = \"""\\\"""\n', "tables": "[library]\n",
    "headers": "[[partner\n", "partners": "[[partner]]\n",
    "misspelt": "[[partners]]\nsymbl = 1\n",
    "accounts first": "[[partner.artemail.account]]\n", "words": "x y z\n",
    "backslashes": 'name = "\\q\\q"\n',
    "one line": "x ", "brackets": "[", "braces": "{", "quotes": '"', "both": "\"'",
    "equals": "a=", "commas": "a,", "list": 'a = ["x", ',
    "hyphens": "a-", "colons": "a:", "blanks": " ",
    "comments": "#'", "doubled": '[[partner]]\nsymbol = "A"\naddress = "a@b.example"\n', "escapes": "\\\"",
    "numbers": "port = 1,2\n", "digits": "1,", "curly": "“", "unseen": "\u200b", "slashes": "/",
}  # fmt: skip


BEFORE = ["", "networks = ", "[listen]\nnetworks = [", 'name = "', "password = {"]


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("before", BEFORE if FULL else BEFORE[:1])
def test_a_long_file_is_read_in_linear_time(tmp_path: Path, piece: str, before: str) -> None:
    length = 4_000 if FULL else 1_500

    def read(size: int) -> Callable[[], object]:
        return lambda: problems(tmp_path, before + piece * (size // len(piece)))

    assert not too_steep(read, length, FLOOR)[0]


def test_a_file_that_this_user_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said is whose it is and who asked: mostly somebody forgot to be the service's user."""

    def refused(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "config.toml"
    file.touch()
    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(Misconfigured, match=r"belongs to \w+, this was run as \w+.*sudo -u mailproc"):
        toml_file.read(file)
