import numpy as np
import pytest
import tensorflow as tf

from albert_tf.training.gradients import clip_by_global_norm_across_replicas


def test_scales_down_to_the_norm():
    grads = [tf.constant([3.0, 0.0]), None, tf.constant([[4.0]])]
    clipped, norm = clip_by_global_norm_across_replicas(grads, 1.0)
    assert float(norm) == pytest.approx(5.0)
    np.testing.assert_allclose(clipped[0], [0.6, 0.0], rtol=1e-6)
    assert clipped[1] is None
    np.testing.assert_allclose(clipped[2], [[0.8]], rtol=1e-6)


@pytest.mark.parametrize("clip_norm", [5.0, 100.0, float("inf")])
def test_leaves_small_gradients_alone(clip_norm):
    grads = [tf.constant([3.0, 4.0])]
    clipped, norm = clip_by_global_norm_across_replicas(grads, clip_norm)
    np.testing.assert_array_equal(clipped[0], grads[0])
    assert float(norm) == 5.0


def test_zero_gradients_stay_zero():
    clipped, norm = clip_by_global_norm_across_replicas([tf.zeros(3)], 1.0)
    assert float(norm) == 0.0
    np.testing.assert_array_equal(clipped[0], np.zeros(3))


def test_adds_up_the_rows_of_one_token():
    sparse = tf.IndexedSlices(
        tf.constant([[1.0], [2.0], [4.0]]), tf.constant([1, 1, 0]), (3, 1)
    )
    clipped, norm = clip_by_global_norm_across_replicas([sparse], 1.0)
    assert float(norm) == pytest.approx(5.0)  # of 4, 1 + 2, 0
    np.testing.assert_allclose(clipped[0], [[0.8], [0.6], [0.0]], rtol=1e-6)
