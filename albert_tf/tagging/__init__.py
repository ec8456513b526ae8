"""Words and their tags; NumPy alone."""
