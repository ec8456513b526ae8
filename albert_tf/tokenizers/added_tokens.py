"""Added tokens are found in the text before anything else is done to it."""

import itertools
import re

from albert_tf.tokenizers.added_token import AddedToken


class AddedTokens:
    """Cuts texts at added tokens, as Hugging Face's slow tokenizers do.

    Args:
        tokens: what to look for; of several at one place, the longest counts.
        lowercase: whether the tokenizer lower-cases text.
    """

    def __init__(self, tokens: list[AddedToken], lowercase: bool):
        self._tokens = {token.content: token for token in tokens}
        self._pattern = _any_of(
            sorted(self._tokens, key=len, reverse=True)  # the longest first
        )
        self._kept = None
        if lowercase:
            self._kept = _any_of(t.content for t in tokens if t.keeps_case)

    def cut(self, text: str) -> list[tuple[int, int, AddedToken | None]]:
        """The parts of a text: where they start and end, and which are tokens.

        White space that goes with a token is in no part.
        """
        parts, end = [], 0
        for match in self._pattern.finditer(self._with_case(text)):
            if end < match.start():
                parts.append([end, match.start(), None])
            end = match.end()
            parts.append([*match.span(), self._tokens[match[0]]])
        if end < len(text) or not parts:
            parts.append([end, len(text), None])
        _strip(parts, text)
        return [tuple(part) for part in parts if part[0] < part[1]]

    def split(self, text, split):
        """Cuts a text that has added tokens into pieces.

        Args:
            text: str.
            split: does so with a text that has none.

        Returns:
            As `split`: pieces, their ids, their character spans.
        """
        pieces, ids, spans = [], [], []
        for start, end, token in self.cut(text):
            if token is not None:
                pieces.append(token.content)
                ids.append(token.id)
                spans.append((start, end))
                continue
            new_pieces, new_ids, new_spans = split(text[start:end])
            pieces += new_pieces
            ids += new_ids
            spans += [(start + a, start + b) for a, b in new_spans]
        return pieces, ids, spans

    def split_batch(self, texts, split_batch):
        """Cuts many texts that have added tokens into ids.

        Args:
            texts: list of str.
            split_batch: does so with texts that have none.

        Returns:
            As `split_batch`: the list of ids of each.
        """
        cuts = [self.cut(text) for text in texts]
        between = [
            text[start:end]
            for text, parts in zip(texts, cuts, strict=True)
            for start, end, token in parts
            if token is None
        ]
        ids = iter(split_batch(between))
        return [
            [
                *itertools.chain.from_iterable(
                    next(ids) if token is None else (token.id,)
                    for _, _, token in parts
                )
            ]
            for parts in cuts
        ]

    def _with_case(self, text):
        """The text in lower case, but for tokens that keep their own.

        Letter by letter, so that the places stay: no final sigma, and a
        capital I with a dot, which would become two, stays what it is.
        """
        if self._kept is None:
            return text
        dotted = "\u0130"
        lower = text.replace("\u03a3", "\u03c3").split(dotted)
        lower = dotted.join(part.lower() for part in lower)
        for match in self._kept.finditer(text):
            start, end = match.span()
            lower = lower[:start] + match[0] + lower[end:]
        return lower


def _any_of(contents):
    """A pattern of these texts; of none, one that matches nowhere."""
    return re.compile("|".join(map(re.escape, contents)) or "(?!)")


def _strip(parts, text):
    """Gives white space to tokens, and tokens within words to the text."""
    for index, (start, end, token) in enumerate(parts):
        if token is None:
            continue
        left = parts[index - 1] if index else [0, 0, None]
        right = parts[index + 1] if index + 1 < len(parts) else [0, 0, None]
        before, after = text[slice(*left[:2])], text[slice(*right[:2])]
        if token.rstrip:
            right[0] += len(after) - len(after.lstrip())
        if token.lstrip:
            left[1] -= len(before) - len(before.rstrip())
        if not token.single_word:
            continue
        if before and before[-1] != " ":
            left[1:] = end, None
            parts[index] = [end, end, None]
        elif after and after[0] != " ":
            right[0], right[2] = start, None
            parts[index] = [start, start, None]
