"""Where training runs: one device, several, several machines, a TPU."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf

from albert_tf.data.shard import Shard
from albert_tf.errors import UserError, require, require_one_of

STRATEGIES = ("one", "mirrored", "workers", "tpu")


def make_strategy(
    name: str,
    workers: Sequence[str] = (),
    worker: int = 0,
    tpu: str = "local",
    timeout: float = 120.0,
) -> tf.distribute.Strategy:
    """Makes a strategy.

    Args:
        name: "one" (the default device), "mirrored" (all GPUs of this
            machine), "workers" (several machines, each with all its GPUs) or
            "tpu".
        workers: for "workers", the "host:port" of each, in the same order
            everywhere; none if TF_CONFIG is set.
        worker: which of them this is.
        tpu: name of the TPU.
        timeout: seconds to wait for the other workers.

    Raises:
        UserError: a worker cannot be reached, or there is no TPU.
    """
    require_one_of(STRATEGIES, strategy=name)
    if name == "one":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if name == "tpu":
        return _tpu(tpu)
    return _workers(workers, worker, timeout)


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the files of all workers."""
    resolver = strategy.cluster_resolver
    return getattr(resolver, "task_id", None) in (None, 0)


def distribute(
    strategy: tf.distribute.Strategy, make: Callable[[Shard], tf.data.Dataset]
):
    """A dataset of which each process makes its part.

    Args:
        strategy: of all replicas.
        make: makes the part of a shard, a batch for each replica in turn.
    """

    def dataset(context):
        return make(
            Shard(
                pipeline=context.input_pipeline_id,
                pipelines=context.num_input_pipelines,
                replicas=context.num_replicas_in_sync
                // context.num_input_pipelines,
            )
        )

    return strategy.distribute_datasets_from_function(dataset)


@contextlib.contextmanager
def lost_workers_told(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Raises `UserError` where TensorFlow says that a worker is gone."""
    try:
        yield
    except tf.errors.OpError as error:
        if not strategy.extended._in_multi_worker_mode():
            raise
        said = str(error.message).strip().splitlines()[0][:200]
        raise UserError(
            "another worker is gone or cannot be reached; start all workers "
            f"again, the run goes on from its last checkpoint ({said})"
        ) from error


def _tpu(name):
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(name)
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"tpu={name!r}: cannot be used: {str(error).splitlines()[0]}"
        ) from error
    return tf.distribute.TPUStrategy(resolver)


def _workers(workers, worker, timeout):
    if workers:
        cluster = {"worker": list(workers)}
        task = {"type": "worker", "index": worker}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    try:
        config = json.loads(os.environ["TF_CONFIG"])
        addresses = [str(x) for x in config["cluster"]["worker"]]
        index = int(config["task"]["index"])
    except (KeyError, ValueError, TypeError):
        raise UserError(
            "several workers need --workers host:port,host:port with --worker "
            "0, 1, ..., or a TF_CONFIG with cluster.worker and task.index"
        ) from None
    for address in addresses:
        _host_port(address)
    last = len(addresses) - 1
    require(
        0 <= index <= last,
        f"must be from 0 to {last}: there are {last + 1} workers",
        worker=index,
    )
    _meet(addresses, addresses[index], timeout)
    return tf.distribute.MultiWorkerMirroredStrategy()


def _meet(addresses, own, timeout) -> None:
    """Waits until all workers answer.

    TensorFlow would wait for an hour and then speak of a barrier. Each worker
    listens on its own address meanwhile, as the others wait for it.
    """
    others = [address for address in addresses if address != own]
    deadline = time.monotonic() + timeout
    with contextlib.ExitStack() as stack:
        stack.enter_context(_listen(own))
        for address in others:
            while not _answers(address):
                if time.monotonic() > deadline:
                    raise UserError(
                        f"worker {addresses.index(address)} ({address}) could "
                        f"not be reached within {timeout:.0f} s from worker "
                        f"{addresses.index(own)} ({own})"
                    )
                time.sleep(0.2)
        # The last worker that came has to find the others too.
        time.sleep(1.0)


def _listen(address):
    host, port = _host_port(address)
    try:
        return socket.create_server(("", port), reuse_port=True)
    except OSError as error:
        raise UserError(
            f"{host}:{port}: this worker cannot listen there: {error.strerror}"
        ) from error


def _answers(address) -> bool:
    try:
        socket.create_connection(_host_port(address), timeout=1.0).close()
    except OSError:
        return False
    return True


def _host_port(address):
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 2**16):
        raise UserError(
            f"worker {address!r}: must be host:port, with a port from 1 to "
            "65535"
        )
    return host, int(port)
