"""Text to token ids with character offsets, and back."""

from albert_tf.tokenizers.added_token import AddedToken
from albert_tf.tokenizers.encoding import Encoding
from albert_tf.tokenizers.json_tokenizer import JsonTokenizer
from albert_tf.tokenizers.loading import restore_tokenizer, tokenizer_for_file
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer import Tokenizer
from albert_tf.tokenizers.tokenizer_settings import TokenizerSettings
from albert_tf.tokenizers.vocabulary import train_vocabulary
from albert_tf.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

__all__ = [
    "AddedToken",
    "Encoding",
    "JsonTokenizer",
    "SentencePieceTokenizer",
    "Tokenizer",
    "TokenizerSettings",
    "WordPieceTokenizer",
    "restore_tokenizer",
    "tokenizer_for_file",
    "train_vocabulary",
]
