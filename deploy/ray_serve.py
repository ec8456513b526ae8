"""A model on a Ray cluster, by TensorFlow Serving's REST.

pip install 'albert-tf[lite,serving]' 'ray[serve]'
serve run ray_serve:app model=my_model.tflite
"""

from ray import serve
from starlette.responses import JSONResponse

from albert_tf.serving.ask import read_predict
from albert_tf.serving.metrics import Metrics
from albert_tf.serving.refusal import Refusal
from albert_tf.serving.serve_options import ServeOptions
from albert_tf.serving.text_model import TextModel


@serve.deployment(
    ray_actor_options={"num_cpus": 1},
    max_ongoing_requests=64,
    graceful_shutdown_timeout_s=20,
)
class Answers:
    """A copy of the model, on a core of its own."""

    def __init__(self, source: str):
        self._model = TextModel(source, ServeOptions(threads=1), Metrics())

    async def __call__(self, request):
        """Takes `instances`, gives `predictions`."""
        try:
            ask = read_predict(await request.body())
            answers, _ = await self._model.answer(ask.texts)
        except Refusal as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)
        return JSONResponse({"predictions": answers})


def app(arguments: dict):
    """What `serve run` starts."""
    return Answers.bind(arguments["model"])
