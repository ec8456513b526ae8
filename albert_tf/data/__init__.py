"""From files to examples, from examples to batches."""
