import signal

import keras
import numpy as np
import pytest

from albert_tf.training.interruption import Interruption


@pytest.fixture(autouse=True)
def foreground():
    """As in a terminal; who runs the tests may ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_acts_at_the_end_of_the_batch():
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        interruption.on_train_batch_end(0)
        signal.raise_signal(signal.SIGINT)  # noted, and nothing more
        with pytest.raises(KeyboardInterrupt):
            interruption.on_train_batch_end(1)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_one_acts_at_once():
    with Interruption():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_ends_fit():
    class Press(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_begin(self, batch, logs=None):
            self.batches += 1
            if self.batches == 3:
                signal.raise_signal(signal.SIGINT)

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, press = np.ones((64, 2)), Press()
    with pytest.raises(KeyboardInterrupt), Interruption() as interruption:
        model.fit(
            x,
            x[:, :1],
            batch_size=8,
            callbacks=[press, interruption],
            verbose=0,
        )
    assert press.batches == 3
