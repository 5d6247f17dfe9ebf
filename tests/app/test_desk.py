"""[web]: the desk of a real service, which holds up no letter; off unless it is asked for."""

import json
import re
import socket
import threading
import urllib.request
from contextlib import closing

from tests.app.installation import Installation, order
from tests.support import configuration

LOADED = "import atexit, sys\natexit.register(lambda: print('loaded:', 'starlette' in sys.modules))\n"
WITHOUT = "import sys\nsys.modules['uvicorn'] = None\n"
OFTEN = """from mailproc.app import heartbeat, port_door, watchdog
heartbeat.BEAT = watchdog.ROUND = 0.05
port_door.AGAIN = 0.1
"""
PASSWORD = "a long enough one"


def switched_on(app: Installation, **how: object) -> None:
    with (app.folder / "config.toml").open("a") as file:
        file.write(configuration.section("web", **{"enabled": True, "port": 0} | how))


def address(app: Installation) -> str:
    found = re.search(r"the desk is at (http://[0-9.:]+)", app.start().says("the desk is at"))
    assert found
    return found[1]


def test_a_person_logs_in_and_sees_what_is_to_be_done(app: Installation) -> None:
    switched_on(app)
    said = app.cli("staff", "add", "rau", "--name", "M. Rau", "--json", stdin=PASSWORD)
    assert json.loads(said.out)[0]["role"] == "work"
    daemon_address = address(app)
    app.daemons[-1].takes(order("C77"))
    app.until(["requests"], lambda found: len(found) == 1)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.addheaders = [("Sec-Fetch-Site", "same-origin")]
    form = f"login=rau&password={PASSWORD.replace(' ', '+')}".encode()
    with opener.open(f"{daemon_address}/login", form, timeout=60) as answer:
        page = answer.read().decode()
    assert "M. Rau" in page and "/r/L1" in page


def test_it_is_off_and_not_loaded(app: Installation) -> None:
    daemon = app.start(code=LOADED)
    daemon.takes(order("C77"))
    daemon.stop()
    assert "loaded: False" in daemon.lines
    assert not [line for line in daemon.lines if "desk" in line]


def test_a_browser_that_never_ends_its_request_holds_up_no_letter(app: Installation) -> None:
    switched_on(app)
    host, port = address(app).removeprefix("http://").split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(20)]
    for one in silent:
        one.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nlogin=")
    daemon = app.daemons[-1]
    done = threading.Event()
    threading.Thread(target=lambda: (daemon.takes(order("C77")), done.set()), daemon=True).start()
    assert done.wait(60)
    for one in silent:
        one.close()
    daemon.stop()


def test_a_port_that_is_taken_stops_no_letter_and_is_tried_again(app: Installation) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        switched_on(app, port=taken.getsockname()[1])
        daemon = app.start(code=OFTEN)
        said = daemon.says("no desk")
        assert "web.port" in said and "Address already in use" in said
        daemon.takes(order("C77"))
        app.until(["requests"], lambda found: len(found) == 1)
        found = app.until_status(lambda found: bool(found["desk_fault"]))
        assert any("Nobody reaches the desk (web.port)" in one for one in found["wrong"])
    daemon.says("the desk is at")
    found = app.until_status(lambda found: not found["desk_fault"])
    assert not any("desk" in one for one in found["wrong"])
    assert daemon.stop() == 0


def test_without_its_libraries_the_start_says_what_to_install(app: Installation) -> None:
    switched_on(app)
    daemon = app.start(code=WITHOUT, ready=False)
    assert "mailproc-ill[web]" in daemon.says("mailproc-ill[web]")
