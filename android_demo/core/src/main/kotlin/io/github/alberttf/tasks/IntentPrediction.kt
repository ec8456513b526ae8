package io.github.alberttf.tasks

/**
 * What a command says.
 *
 * @property intent what it wants, with the probabilities of all intents.
 * @property slots the words that say with what.
 */
public class IntentPrediction internal constructor(
    public val intent: Prediction,
    public val slots: TagPrediction,
)
