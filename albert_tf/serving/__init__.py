"""Answers over HTTP: TensorFlow Serving's REST and the V2 protocol."""
