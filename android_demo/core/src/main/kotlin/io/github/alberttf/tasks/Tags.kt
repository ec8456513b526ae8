package io.github.alberttf.tasks

/**
 * Schemes of tags for entities, all read as one: BIO.
 *
 * In BIO, `B-X` begins an entity of the kind X, `I-X` goes on with it and `O` is of none.
 */
internal object Tags {
    const val OUTSIDE = "O"
    private const val BEGINS = "BSU" // S and U: an entity of one word
    private const val INSIDE = "IMEL" // E and L: its last word
    private const val ENDS = "ELSU"

    /** A score so low that it never is. */
    private const val NEVER = -1e9f

    /** What an entity's tag is about: "PER" of "B-PER"; null of "O". */
    fun kindOf(tag: String): String? = if (tag == OUTSIDE) null else tag.drop(2)

    /** Whether tags are those of entities, rather than a class a word. */
    fun areEntities(tags: List<String>): Boolean {
        val others = tags.filter { it != OUTSIDE }
        return others.isNotEmpty() && others.all(::isMarked)
    }

    private fun isMarked(tag: String): Boolean = tag.length > 2 && tag[1] in "-_" && tag[0] in BEGINS + INSIDE

    /** BIO of tags in BIO, IOB1, BIOES, BILOU or BMES. */
    fun toBio(tags: List<String>): List<String> {
        val bio = ArrayList<String>(tags.size)
        var open: String? = null
        for (tag in tags) {
            val kind = kindOf(tag)
            bio.add(
                when {
                    kind == null -> OUTSIDE
                    tag[0] in BEGINS || kind != open -> "B-$kind"
                    else -> "I-$kind"
                },
            )
            open = if (tag[0] in ENDS) null else kind
        }
        return bio
    }

    /**
     * What BIO allows, as scores to add: 0, or so low that it never is.
     *
     * Of a kind that has no `B-` nothing is asked, as in models of others.
     *
     * @return float [[C + 1, C]], flattened: from the tag of the row to that of the column; the last
     *   row is of the beginning.
     */
    fun allowed(labels: List<String>): FloatArray {
        val size = labels.size
        val scores = FloatArray((size + 1) * size)
        if (!areEntities(labels)) return scores
        for ((to, tag) in labels.withIndex()) {
            val kind = kindOf(tag)
            if (!tag.startsWith("I-") || "B-$kind" !in labels) continue
            for (from in 0..size) {
                val before = labels.getOrNull(from)
                if (before != tag && before != "B-$kind") scores[from * size + to] = NEVER
            }
        }
        return scores
    }
}
