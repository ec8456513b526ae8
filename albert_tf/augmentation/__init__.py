"""More examples made of those at hand, and texts made plainer."""

from albert_tf.augmentation.augment import Augmented, augment
from albert_tf.augmentation.back_translation import BackTranslation
from albert_tf.augmentation.clean_up import CleanUp
from albert_tf.augmentation.masked_replacement import MaskedReplacement
from albert_tf.augmentation.typos import Typos
from albert_tf.augmentation.word_deletion import WordDeletion
from albert_tf.augmentation.word_swap import WordSwap

__all__ = [
    "Augmented",
    "BackTranslation",
    "CleanUp",
    "MaskedReplacement",
    "Typos",
    "WordDeletion",
    "WordSwap",
    "augment",
]
