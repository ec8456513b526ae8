package io.github.alberttf.demo.state

/** What a model says of a text. */
sealed class Answer {
    /** The answer in short: the label, intent, words or sentence; "" where the task has none. */
    abstract val best: String

    /**
     * The probabilities of labels, or how alike sentences are.
     *
     * @property best the one label, or those that fit with commas between them; or the sentence
     *   that is the most alike.
     * @property scores highest first.
     */
    data class Labels(
        override val best: String,
        val scores: List<Score>,
    ) : Answer()

    /**
     * Marked words.
     *
     * @property text that they are in.
     * @property entities in the order of the text.
     * @property intents what the text wants, highest first; none where the model says nothing of
     *   it.
     */
    data class Entities(
        val text: String,
        val entities: List<Highlight>,
        val intents: List<Score>,
    ) : Answer() {
        override val best: String get() = intents.firstOrNull()?.label.orEmpty()
    }

    /**
     * Words of a passage that answer a question.
     *
     * @property passage that they are in.
     * @property best the words; "" where the passage has no answer.
     * @property candidates highest first.
     */
    data class Words(
        val passage: String,
        override val best: String,
        val candidates: List<Highlight>,
    ) : Answer()
}
