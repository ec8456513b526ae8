import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking_reference import (
    masked_sets,
    reference_row,
    reference_spans,
    text_rows,
)

from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.errors import UserError
from albert_tf.tokenizers import WordPieceTokenizer


@pytest.fixture(scope="module")
def rows(tokenizer):
    """Enough for 100,000 masked positions."""
    return text_rows(tokenizer, 6500, 128, seed=0)


@pytest.fixture(scope="module")
def result(rows, tokenizer):
    return Masker(MaskingOptions(), tokenizer)(*rows)


@pytest.fixture(scope="module")
def spans(rows, tokenizer):
    """What the reference finds in the rows."""
    options = MaskingOptions()
    return [
        reference_spans(*row, options, tokenizer)
        for row in zip(*(array.tolist() for array in rows), strict=True)
    ]


def take_masked(array, result):
    chosen = np.nonzero(result["masked_lm_weights"])
    return array[chosen[0], result["masked_positions"][chosen]]


def assert_share(count, total, share):
    """Within four and a half standard deviations."""
    deviation = np.sqrt(share * (1 - share) / total)
    assert abs(count / total - share) < 4.5 * deviation


def test_real_text_is_masked_as_by_the_reference(spans, result):
    assert masked_sets(result) == [row.masked for row in spans]
    assert result["masked_lm_weights"].sum() > 100_000


def test_budget(rows, spans, result):
    """15 % of the tokens: each row within one word, and nearly all exactly."""
    lengths = (rows[0] > 0).sum(1)
    budgets = np.array([max(1, round(0.15 * n)) for n in lengths])
    counts = result["masked_lm_weights"].sum(1)
    assert (counts <= budgets).all()
    longest = [max(map(len, row.words)) for row in spans]
    assert (budgets - counts <= longest).all()
    assert (counts == budgets).mean() > 0.98
    assert counts.sum() / budgets.sum() > 0.998


def test_realized_lengths_of_ngrams(spans):
    """Long spans are a little rarer than drawn: they overlap more easily."""
    lengths = np.array([len(span) for row in spans for span in row.chosen])
    shares = np.bincount(lengths, minlength=4)[1:] / len(lengths)
    assert np.abs(shares - [6 / 11, 3 / 11, 2 / 11]).max() < 0.06
    assert shares[0] > 6 / 11
    assert shares[2] < 2 / 11


@pytest.mark.parametrize("max_ngram", [1, 2, 3, 5])
def test_drawn_lengths_of_ngrams(tokenizer, max_ngram):
    """Probabilities 1/n, exactly: the first span of a row on a fine grid."""
    counts = {
        1: [660],
        2: [440, 220],
        3: [360, 180, 120],
        5: [300, 150, 100, 75, 60],
    }[max_ngram]
    total = sum(counts)
    ids = np.full((total, 64), 1000, np.int32)
    uniforms = np.full((total, DRAWS, 64), 0.5)
    uniforms[:, 0, 20] = 0
    uniforms[:, 0, 40:45] = 0.1
    uniforms[:, 1, 20] = (np.arange(total) + 0.5) / total
    options = MaskingOptions(max_ngram=max_ngram, max_predictions=max_ngram)
    masker = Masker(options, tokenizer)
    result = masker(ids, np.ones_like(ids, bool), uniforms)
    lengths = [sum(20 <= i < 40 for i in row) for row in masked_sets(result)]
    assert np.bincount(lengths)[1:].tolist() == counts


def test_spans_of_real_text(rows, spans, result, tokenizer):
    """Whole words side by side, apart from each other and special tokens."""
    special = [tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id]
    is_special = np.isin(rows[0], special)
    for row, barred in zip(spans, is_special, strict=True):
        assert len(set(row.masked)) == len(row.masked)
        for span in row.chosen:
            positions = [i for word in span for i in word]
            begin, end = positions[0], positions[-1] + 1
            assert positions == [*range(begin, end)]
            assert not barred[begin:end].any()
    assert not take_masked(is_special, result).any()


def test_a_span_ends_with_its_segment(tokenizer):
    ids = np.full((1, 40), 1000, np.int32)
    ids[0, [0, 10, 39]] = tokenizer.cls_id, tokenizer.sep_id, tokenizer.sep_id
    uniforms = np.full((1, DRAWS, 40), 0.99)
    uniforms[0, 0, [9, 38]] = 0, 0.1  # the last words of both segments
    uniforms[0, 0, 20] = 0.2
    masker = Masker(MaskingOptions(max_predictions=5), tokenizer)
    result = masker(ids, np.ones_like(ids, bool), uniforms)
    assert masked_sets(result) == [[9, 20, 21, 22, 38]]


def test_slots(rows, result):
    """Ascending, the original tokens, 0 in slots that are not used."""
    positions, weights = result["masked_positions"], result["masked_lm_weights"]
    used = weights > 0
    assert set(np.unique(weights)) == {0, 1}
    # Used slots come first.
    assert (np.diff(weights, axis=1) <= 0).all()
    assert (np.diff(positions, axis=1)[used[:, 1:]] > 0).all()
    assert not positions[~used].any()
    assert not result["masked_lm_ids"][~used].any()
    np.testing.assert_array_equal(
        result["masked_lm_ids"][used], take_masked(rows[0], result)
    )
    shape = {name: (a.dtype.name, a.shape[1]) for name, a in result.items()}
    assert shape == {
        "token_ids": ("int32", 128),
        "masked_positions": ("int32", 20),
        "masked_lm_ids": ("int32", 20),
        "masked_lm_weights": ("float32", 20),
    }


def test_only_masked_tokens_change(rows, result):
    restored = result["token_ids"].copy()
    chosen, slots = np.nonzero(result["masked_lm_weights"])
    restored[chosen, result["masked_positions"][chosen, slots]] = result[
        "masked_lm_ids"
    ][chosen, slots]
    np.testing.assert_array_equal(restored, rows[0])


def test_replacements(rows, result, tokenizer):
    """80 % masked, 10 % kept, 10 % random, token by token."""
    old, new = (
        take_masked(array, result) for array in (rows[0], result["token_ids"])
    )
    assert_share((new == tokenizer.mask_id).sum(), len(new), 0.8)
    assert_share((new == old).sum(), len(new), 0.1)
    drawn = new[(new != tokenizer.mask_id) & (new != old)]
    assert_share(len(drawn), len(new), 0.1)
    assert drawn.min() > tokenizer.mask_id
    # All of the vocabulary alike: the mean of so many even draws.
    middle = (tokenizer.mask_id + tokenizer.vocab_size) / 2
    deviation = tokenizer.vocab_size / np.sqrt(12 * len(drawn))
    assert abs(drawn.mean() - middle) < 4.5 * deviation


def treatments(rows, spans, result, tokenizer):
    """How the tokens of each masked word were treated."""
    for old, new, row in zip(rows[0], result["token_ids"], spans, strict=True):
        for word in (word for span in row.chosen for word in span):
            yield [
                "mask"
                if new[i] == tokenizer.mask_id
                else "keep"
                if new[i] == old[i]
                else "random"
                for i in word
            ]


def test_a_word_is_replaced_as_one(rows, spans, result, tokenizer):
    options = MaskingOptions(replace_unit="word")
    as_one = Masker(options, tokenizer)(*rows)
    assert masked_sets(as_one) == masked_sets(result)
    by_word = [*treatments(rows, spans, as_one, tokenizer)]
    assert all(len(set(word)) == 1 for word in by_word)
    for kind, share in (("mask", 0.8), ("keep", 0.1), ("random", 0.1)):
        count = sum(word[0] == kind for word in by_word)
        assert_share(count, len(by_word), share)
    # Else each token by itself: a pair is masked in 64 % of all cases.
    by_token = [*treatments(rows, spans, result, tokenizer)]
    pairs = [word for word in by_token if len(word) == 2]
    assert len(pairs) > 1000
    assert_share(pairs.count(["mask", "mask"]), len(pairs), 0.64)
    assert_share(pairs.count(["keep", "random"]), len(pairs), 0.01)


@pytest.mark.parametrize("masking", ["word", "token"])
def test_single_units(rows, tokenizer, masking):
    ids, starts, uniforms = (array[:500] for array in rows)
    options = MaskingOptions(masking=masking)
    result = Masker(options, tokenizer)(ids, starts, uniforms)
    broken = whole = 0
    for masked, *row in zip(
        masked_sets(result), ids, starts, uniforms, strict=True
    ):
        spans = reference_spans(*row, MaskingOptions(), tokenizer)
        parts = [len({*masked} & {*word}) for word in spans.words]
        for part, word in zip(parts, spans.words, strict=True):
            broken += 0 < part < len(word)
            whole += part == len(word) > 1
        if masking == "token":
            assert len(masked) == spans.budget
    assert whole > 0
    assert broken == 0 if masking == "word" else broken > 100


@pytest.mark.parametrize(
    ("length", "limit", "size"),
    [(128, None, 20), (512, None, 77), (512, 20, 20)],
)
def test_number_of_predictions(tokenizer, length, limit, size):
    options = MaskingOptions(max_predictions=limit)
    assert options.num_predictions(length) == size
    rows = text_rows(tokenizer, 50, length, seed=1)
    result = Masker(options, tokenizer)(*rows)
    assert result["masked_positions"].shape == (50, size)
    counts = result["masked_lm_weights"].sum(1)
    full = (rows[0] > 0).all(1)
    expected = min(round(0.15 * length), size)
    assert counts.max() == expected
    assert counts[full].mean() > expected - 0.5


def test_rows_without_text(tokenizer):
    ids = np.zeros((3, 16), np.int32)
    ids[1, :2] = tokenizer.cls_id, tokenizer.sep_id
    ids[2, :3] = tokenizer.cls_id, 1000, tokenizer.sep_id
    starts = np.zeros(ids.shape, bool)
    uniforms = np.random.default_rng(0).random((3, DRAWS, 16))
    result = Masker(MaskingOptions(), tokenizer)(ids, starts, uniforms)
    assert masked_sets(result) == [[], [], [1]]
    np.testing.assert_array_equal(result["token_ids"][:2], ids[:2])


def test_no_rows(tokenizer):
    result = Masker(MaskingOptions(), tokenizer)(
        np.zeros((0, 16), np.int32),
        np.zeros((0, 16), bool),
        np.zeros((0, DRAWS, 16)),
    )
    assert result["masked_positions"].shape == (0, 3)


def test_a_word_over_the_budget_is_left_alone(tokenizer):
    ids = np.full((2, 64), 1000, np.int32)
    ids[:, [0, -1]] = tokenizer.cls_id, tokenizer.sep_id
    starts = np.zeros(ids.shape, bool)
    starts[1, 60] = True  # a second word, of three tokens
    uniforms = np.random.default_rng(0).random((2, DRAWS, 64))
    uniforms[:, 1] = 0.9  # as spans of three
    result = Masker(MaskingOptions(), tokenizer)(ids, starts, uniforms)
    assert masked_sets(result) == [[], [60, 61, 62]]
    np.testing.assert_array_equal(result["token_ids"][0], ids[0])


def test_random_numbers_decide(rows, result, tokenizer):
    masker = Masker(MaskingOptions(), tokenizer)
    again = masker(*rows)
    for name in result:
        np.testing.assert_array_equal(again[name], result[name])
    other = masker(*rows[:2], 1 - rows[2])
    different = [
        a != b
        for a, b in zip(masked_sets(result), masked_sets(other), strict=True)
    ]
    assert np.mean(different) > 0.98


@pytest.mark.parametrize("value", [0.0, np.nextafter(1, 0)])
def test_extreme_random_numbers(tokenizer, value):
    ids = np.full((1, 16), 1000, np.int32)
    ids[0, 0] = tokenizer.cls_id
    uniforms = np.full((1, DRAWS, 16), value)
    uniforms[0, 2] = 0.95  # a random token
    masker = Masker(MaskingOptions(), tokenizer)
    result = masker(ids, np.ones_like(ids, bool), uniforms)
    last = tokenizer.vocab_size - 1
    drawn = tokenizer.mask_id + 1 if value == 0 else last
    assert {*result["token_ids"][0, 1:]} == {1000, drawn}


@given(st.data())
def test_any_rows_are_masked_as_by_the_reference(tokenizer, data):
    length = data.draw(st.integers(2, 48))
    batch = data.draw(st.integers(1, 4))
    options = MaskingOptions(
        masking=data.draw(st.sampled_from(["ngram", "word", "token"])),
        max_ngram=data.draw(st.integers(1, 5)),
        masked_share=data.draw(st.sampled_from([0.05, 0.15, 0.4, 0.9])),
        max_predictions=data.draw(st.none() | st.integers(1, 60)),
        replace_unit=data.draw(st.sampled_from(["token", "word"])),
    )
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    ids = rng.integers(1, 40, (batch, length), np.int32)
    special = rng.random(ids.shape) < data.draw(st.sampled_from([0, 0.1, 0.5]))
    ids[special] = rng.integers(0, 5, special.sum())
    starts = rng.random(ids.shape) < data.draw(st.sampled_from([0.1, 0.5, 1]))
    for row in ids:
        row[rng.integers(1, length + 1) :] = tokenizer.pad_id
    uniforms = rng.random((batch, DRAWS, length))
    result = Masker(options, tokenizer)(ids, starts, uniforms)
    expected = [
        reference_row(*row, options, tokenizer)
        for row in zip(ids, starts, uniforms, strict=True)
    ]
    assert masked_sets(result) == [spans.masked for spans, _ in expected]
    assert result["token_ids"].tolist() == [row for _, row in expected]


def test_whole_words_of_wordpiece():
    tokenizer = WordPieceTokenizer()
    ids, starts, uniforms = text_rows(tokenizer, 600, 128, seed=2)
    result = Masker(MaskingOptions(), tokenizer)(ids, starts, uniforms)
    whole = 0
    for row, masked in zip(ids, masked_sets(result), strict=True):
        masked = {*masked}
        for i in range(2, 128):
            if tokenizer.pieces[row[i]].startswith("##") and row[i - 1] > 103:
                assert (i in masked) == (i - 1 in masked)
                whole += i in masked
    assert whole > 1000
    new, old = result["token_ids"], ids
    drawn = new[(new != old) & (new != tokenizer.mask_id)]
    hidden = [
        tokenizer.pad_id,
        tokenizer.unk_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
    ]
    assert len(drawn) > 500
    assert not np.isin(drawn, hidden).any()
    # Ids below those of the special tokens are as good as any.
    assert drawn.min() < min(hidden[1:])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"masking": "span"}, "one of ngram, word, token"),
        ({"replace_unit": "row"}, "one of token, word"),
        ({"masked_share": 0}, "between 0 and 1"),
        ({"masked_share": 1.0}, "between 0 and 1"),
        ({"max_ngram": 0}, "max_ngram=0 must be at least 1"),
        ({"max_predictions": 0}, "max_predictions=0 must be at least 1"),
    ],
)
def test_wrong_options(wrong, message):
    with pytest.raises(UserError, match=message):
        MaskingOptions(**wrong)
