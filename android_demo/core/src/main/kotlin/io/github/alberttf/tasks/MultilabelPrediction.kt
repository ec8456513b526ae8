package io.github.alberttf.tasks

/**
 * The labels that fit and the probabilities of all.
 *
 * @property labels those whose probability is at least their threshold, highest first.
 * @property scores every label's probability, highest first.
 * @property effort what it took.
 */
public class MultilabelPrediction internal constructor(
    public val labels: List<String>,
    public val scores: List<LabelScore>,
    public val effort: Effort,
)
