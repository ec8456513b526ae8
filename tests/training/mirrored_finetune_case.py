"""Fine-tunes on one device and on two; prints both histories of the loss.

With an argument a teacher says something too, also of texts without labels.
"""

import json
import sys
import tempfile

import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)

from albert_tf.config import AlbertConfig  # noqa: E402
from albert_tf.data.labels import find_labels  # noqa: E402
from albert_tf.data.preprocessor import TextPreprocessor  # noqa: E402
from albert_tf.models import AlbertClassifier  # noqa: E402
from albert_tf.recipes import snips  # noqa: E402
from albert_tf.tokenizers import SentencePieceTokenizer  # noqa: E402
from albert_tf.training.finetune import finetune  # noqa: E402
from albert_tf.training.finetune_options import FinetuneOptions  # noqa: E402
from albert_tf.training.teacher_options import TeacherOptions  # noqa: E402

train, dev = snips.examples("train")[::100][:128], snips.examples("dev")[::20]
options = FinetuneOptions(epochs=2, batch_size=8, learning_rate=1e-3)
# Without dropout: each device would drop other values than one device does.
config = AlbertConfig(
    embedding_size=32,
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=256,
    classifier_dropout_prob=0.0,
)
start = AlbertClassifier(
    config, find_labels(train), TextPreprocessor(SentencePieceTokenizer())
)


def losses(directory, name, strategy):
    more = {}
    if sys.argv[1:]:
        teacher = TeacherOptions(f"{directory}/teacher")
        more = {"teacher": teacher, "unlabelled": dev[:8]}
    result = finetune(
        f"{directory}/start",
        train,
        dev,
        f"{directory}/{name}",
        options,
        strategy=strategy,
        **more,
    )
    texts = [example.text for example in dev]
    logits = result.model.predict(texts, verbose=0)["logits"]
    return result.history["loss"] + logits.ravel().tolist()


with tempfile.TemporaryDirectory() as directory:
    start.save_preset(f"{directory}/start")
    start.logits_dense.kernel.assign(start.logits_dense.kernel * 20)
    start.save_preset(f"{directory}/teacher")
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one = losses(directory, "one", None)
    two = losses(directory, "two", strategy)
print(json.dumps([one, two]))
