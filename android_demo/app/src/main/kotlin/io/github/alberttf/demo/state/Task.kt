package io.github.alberttf.demo.state

/** What a model does with a text. */
enum class Task {
    /** Says which of several labels fits. */
    CLASSIFICATION,

    /** Marks words, such as names. */
    TAGGING,

    /** Says what a command wants, and marks the words that say with what. */
    INTENT_SLOTS,

    /** Finds the answer to a question in a passage. */
    QUESTION_ANSWERING,

    /** Says which of the model's sentences is the most alike. */
    SIMILARITY,
    ;

    /** Whether it needs a second text. */
    val takesPassage: Boolean get() = this == QUESTION_ANSWERING

    companion object {
        /** The task that model files call so; null for one that this app does not show. */
        fun named(name: String): Task? =
            when (name) {
                "classification", "early_exit", "multilabel" -> CLASSIFICATION
                "tagging", "crf_tagging" -> TAGGING
                "intent_slots" -> INTENT_SLOTS
                "question_answering", "joint_question_answering" -> QUESTION_ANSWERING
                "similarity", "contrastive", "triplets" -> SIMILARITY
                else -> null
            }
    }
}
