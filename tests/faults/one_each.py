"""A web server that gives every request a process of its own: ``python -m tests.faults.one_each PORT``.

What is killed is a real process with real connections, and the next one is there at once.
"""

import sys
from socketserver import ForkingMixIn, TCPServer
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from config.wsgi import application


class OneEach(ForkingMixIn, WSGIServer):
    """Forks at every request."""

    request_queue_size = 128

    def server_bind(self) -> None:
        """Bind without asking the network for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
        self.setup_environ()


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *_: object) -> None:
        """Leave it to the service."""


def main() -> None:
    """Serve until told to stop."""
    server = OneEach(("127.0.0.1", int(sys.argv[1])), Quiet)
    server.set_app(application)
    application({**_ASKED, "wsgi.input": sys.stdin.buffer, "wsgi.errors": sys.stderr}, lambda *_: None)
    server.serve_forever(poll_interval=0.05)


_ASKED = {  # what the first request would load is loaded before the first fork
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/api/v1/openapi.json",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "HTTP_HOST": "127.0.0.1",
    "wsgi.url_scheme": "http",
}

if __name__ == "__main__":
    main()
