package io.github.alberttf.tasks

/**
 * What a model says of a question.
 *
 * @property best the answer; its words are "" where there is none.
 * @property words the best words, also where there is no answer.
 * @property noAnswer how much better no answer scores than the best words, in logits, or the logit
 *   of there being none where a model has one; there is none where this is more than the
 *   threshold of the file.
 * @property candidates the best ones, highest first.
 * @property effort what it took.
 */
public class AnswerPrediction internal constructor(
    public val best: Answer,
    public val words: Answer,
    public val noAnswer: Double,
    public val candidates: List<Answer>,
    public val effort: Effort,
)
