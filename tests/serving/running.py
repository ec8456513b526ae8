"""A server in a thread of a test, and requests to it."""

import contextlib
import http.client
import json
import re
import threading
import time

from albert_tf.serving.metrics import Metrics
from albert_tf.serving.serve_options import ServeOptions
from albert_tf.serving.server import Server
from albert_tf.serving.service import Service
from albert_tf.serving.text_model import TextModel


class Client:
    """Sends requests; `port` and `name` are those of the server."""

    def __init__(self, port, name, server):
        self.port, self.name, self.server = port, name, server

    def send(self, method, path, body=None, headers=()):
        """Status, headers and body of the response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 60)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def get(self, path):
        status, _, body = self.send("GET", path)
        return status, json.loads(body)

    def post(self, path, values):
        body = values if isinstance(values, bytes) else json.dumps(values)
        status, _, reply = self.send("POST", path, body)
        return status, json.loads(reply)

    def predict(self, values):
        return self.post(f"/v1/models/{self.name}:predict", values)

    def metric(self, name):
        _, _, text = self.send("GET", "/metrics")
        return float(re.search(rf"^{name} (.*)$", text.decode(), re.M)[1])

    def waiting_tokens(self):
        return self.metric("albert_waiting_tokens")

    def running_requests(self):
        return self.metric("albert_running_requests")

    def infer(self, values):
        return self.post(f"/v2/models/{self.name}/infer", values)


@contextlib.contextmanager
def running(source, **options):
    """A server of a model on a free port; yields a `Client`."""
    options = ServeOptions(port=0, threads=2, drain_seconds=0, **options)
    metrics = Metrics()
    model = TextModel(source, options, metrics)
    server = Server(Service(model, options, metrics), options, metrics)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Client(port, model.name, server)
    finally:
        server.handle_exit(15, None)
        thread.join()
        model.close()
