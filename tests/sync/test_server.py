"""A server that answers 200 and nonsense is one that did not answer: sync lives and tries again."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from medhub.testca import make_test_ca
from sync.config import Config
from sync.login import new_login_key
from sync.server import Server, Unreachable

TOKEN = b'{"access_token":"t","token_type":"bearer","expires_in":300}'
NONSENSE = [b"", b"<html>welcome</html>", b"\xff\xfe", b'{"id":"\xc3("}', b'{"expires_in":"soon"}', b"[[[[", b"[7]"]


class Babbler(ThreadingHTTPServer):
    """Answers a login with `token` and everything else with `said`."""

    token = said = b""


class _Answers(BaseHTTPRequestHandler):
    server: Babbler

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(self.server.token)

    def do_GET(self) -> None:
        self._say(self.server.said)

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Nobody's news."""


@pytest.fixture
def babbler(tmp_path: Path) -> Iterator[Babbler]:
    made = make_test_ca(tmp_path)
    with Babbler(("127.0.0.1", 0), _Answers) as server:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(made.certificate, made.key)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.fixture
def server(babbler: Babbler, tmp_path: Path) -> Iterator[Server]:
    key = tmp_path / "login-key.json"
    key.write_bytes(msgspec.json.encode(new_login_key("k")))
    url = f"https://127.0.0.1:{babbler.server_address[1]}"
    made = Server(Config("hub-7", "2512489996", "unused", url, str(tmp_path / "ca.pem"), str(key)))
    yield made
    made.close()


@pytest.mark.parametrize("said", NONSENSE)
def test_a_login_that_answers_nonsense(babbler: Babbler, server: Server, said: bytes) -> None:
    babbler.token = said
    with pytest.raises(Unreachable, match="login: the answer is not understood"):
        server.heartbeat("x")


@pytest.mark.parametrize("said", NONSENSE)
def test_commands_that_are_nonsense(babbler: Babbler, server: Server, said: bytes) -> None:
    babbler.token, babbler.said = TOKEN, said
    with pytest.raises(Unreachable, match="commands: the answer is not understood"):
        server.commands()


def test_a_plan_of_any_bytes_is_the_hubs_to_judge(babbler: Babbler, server: Server) -> None:
    babbler.token, babbler.said = TOKEN, b"\xff\xfe"
    assert server.plan("") == ("\ufffd\ufffd", "")
