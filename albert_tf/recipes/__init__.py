"""One module a result: what, command, hardware, time, expected score."""
