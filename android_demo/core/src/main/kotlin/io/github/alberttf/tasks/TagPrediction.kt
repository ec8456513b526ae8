package io.github.alberttf.tasks

/**
 * The tags of the words of a text.
 *
 * @property tags one for each word; of entities in the scheme BIO.
 * @property spans the entities; where tags are classes of words, the words.
 * @property effort what it took.
 */
public class TagPrediction internal constructor(
    public val tags: List<String>,
    public val spans: List<TaggedSpan>,
    public val effort: Effort,
)
