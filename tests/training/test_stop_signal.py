import signal
import threading

import pytest

from albert_tf.training.stop_signal import StopSignal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_second_acts(number):
    caught = []
    before = signal.signal(number, lambda *_: caught.append(1))
    try:
        with StopSignal() as stop:
            assert not stop.requested
            signal.raise_signal(number)
            assert stop.requested
            assert not caught
            signal.raise_signal(number)
            assert caught == [1]
    finally:
        signal.signal(number, before)


def test_handlers_come_back():
    before = signal.getsignal(signal.SIGTERM)
    with StopSignal():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_other_threads_get_no_signals():
    answers = []

    def use():
        with StopSignal() as stop:
            answers.append(stop.requested)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert answers == [False]
