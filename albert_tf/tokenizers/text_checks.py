"""What may be given to a tokenizer."""

from albert_tf.errors import UserError


def check_texts(texts, name):
    """Checks many texts.

    Args:
        texts: what was given for a list of str.
        name: of the argument, for the message.

    Returns:
        The list.

    Raises:
        UserError: as `check_text`, or it is one str.
    """
    if isinstance(texts, str):
        raise UserError(f"{name} must be a list of str, received one str")
    texts = list(texts)
    for index, text in enumerate(texts):
        if not (isinstance(text, str) and text.isascii()):
            check_text(text, f"{name}[{index}]")
    return texts


def check_text(text, name):
    """Checks one text.

    Args:
        text: what was given for a str.
        name: of the argument, for the message.

    Raises:
        UserError: it is no str, or cannot be written as UTF-8.
    """
    if not isinstance(text, str):
        raise UserError(f"{name} must be a str, received {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{name} must be valid Unicode, received half a surrogate pair at "
            f"character {error.start}"
        ) from error
