"""A vocabulary of a few German sentences."""

from albert_tf.data.target_vocabulary import TargetVocabulary

TARGETS = ["Ein Hund läuft.", "Zwei Hunde schlafen im Haus.", "Ein Haus."]
VOCABULARY = TargetVocabulary.train(TARGETS * 3, 34)
