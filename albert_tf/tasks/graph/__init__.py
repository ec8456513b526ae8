"""Answers of tasks in a TensorFlow graph, which alone needs TensorFlow."""
