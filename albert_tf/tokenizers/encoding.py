"""What a tokenizer makes of one text or one pair of texts."""

import dataclasses


@dataclasses.dataclass(slots=True)
class Encoding:
    """One sequence of L tokens, special tokens included, without padding.

    Attributes:
        token_ids: L ids, `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`.
        segment_ids: L numbers, 0 up to and with the first `[SEP]`, 1 after it;
            or 1 at the tokens of a word that is marked.
        offsets: L character spans `(start, end)`, end exclusive, in the text
            (segment 0) or in its pair (segment 1), as they were given;
            `(0, 0)` for special tokens. None where nobody asked for them.
        num_truncated: how many tokens did not fit into `max_length`.
    """

    token_ids: list[int]
    segment_ids: list[int]
    offsets: list[tuple[int, int]] | None
    num_truncated: int
