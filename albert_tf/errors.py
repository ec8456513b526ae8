"""The one exception for mistakes that the user can mend."""


class UserError(ValueError):
    """A mistake of the caller's, told in one line.

    The message names what was received (file, line, argument) and what would
    be right. The command line prints it and exits with status 2; everywhere
    else it behaves as a `ValueError`.
    """
