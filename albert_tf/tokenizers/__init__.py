"""Text to token ids with character offsets, and back."""

from albert_tf.tokenizers.encoding import Encoding
from albert_tf.tokenizers.loading import load_tokenizer, open_tokenizer
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer import Tokenizer
from albert_tf.tokenizers.vocabulary import train_vocabulary
from albert_tf.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

__all__ = [
    "Encoding",
    "SentencePieceTokenizer",
    "Tokenizer",
    "WordPieceTokenizer",
    "load_tokenizer",
    "open_tokenizer",
    "train_vocabulary",
]
