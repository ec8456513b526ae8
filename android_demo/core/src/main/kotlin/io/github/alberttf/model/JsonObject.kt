package io.github.alberttf.model

/**
 * The values of a JSON object by name.
 *
 * All functions throw [InvalidModelException] where a value is missing or of another kind.
 *
 * @param where what it describes, for messages.
 */
internal class JsonObject(
    val values: Map<String, Any?>,
    private val where: String,
) {
    fun has(name: String): Boolean = values[name] != null

    fun text(name: String): String = value(name) as? String ?: fail(name, "a text")

    fun textOrNull(name: String): String? = if (has(name)) text(name) else null

    fun flag(name: String): Boolean = value(name) as? Boolean ?: fail(name, "true or false")

    fun flag(
        name: String,
        usual: Boolean,
    ): Boolean = if (name in values) flag(name) else usual

    fun int(name: String): Int {
        val number = value(name) as? Long
        if (number == null || number !in 0..Int.MAX_VALUE) fail(name, "a whole number")
        return number.toInt()
    }

    fun doubleOrNull(name: String): Double? {
        if (!has(name)) return null
        return (value(name) as? Number)?.toDouble() ?: fail(name, "a number")
    }

    fun texts(name: String): List<String> {
        val items = value(name) as? List<*> ?: fail(name, "a list")
        return items.map { it as? String ?: fail(name, "a list of texts") }
    }

    fun ints(name: String): List<Int> {
        val items = value(name) as? List<*> ?: fail(name, "a list")
        return items.map { item ->
            (item as? Long)?.takeIf { it in 0..Int.MAX_VALUE }?.toInt()
                ?: fail(name, "a list of whole numbers")
        }
    }

    fun objects(name: String): List<JsonObject> {
        val items = value(name) as? List<*> ?: fail(name, "a list")
        return items.map { of(it, "$where: $name") }
    }

    fun child(name: String): JsonObject = of(value(name), "$where: $name")

    /** Refuses names that are not known: what a file says is followed or refused. */
    fun checkNames(known: Set<String>) {
        val other = values.keys.firstOrNull { it !in known } ?: return
        throw InvalidModelException("$where: ${brief(other)} is not known")
    }

    fun fail(
        name: String,
        right: String,
    ): Nothing {
        val found = if (name in values) "received ${brief(values[name])}" else "it is missing"
        throw InvalidModelException("$where: $name must be $right; $found")
    }

    private fun value(name: String): Any? = values[name]

    companion object {
        private const val SHOWN = 60

        /** @throws InvalidModelException the text is no JSON object. */
        fun parse(
            text: String,
            where: String = "the configuration",
        ): JsonObject = of(Json.parse(text), where)

        private fun of(
            value: Any?,
            where: String,
        ): JsonObject {
            val map =
                value as? Map<*, *>
                    ?: throw InvalidModelException("$where must be an object; received ${brief(value)}")
            return JsonObject(map.entries.associate { (k, v) -> k.toString() to v }, where)
        }

        private fun brief(value: Any?): String {
            val text = if (value is String) "\"$value\"" else value.toString()
            return if (text.length > SHOWN) text.take(SHOWN) + "..." else text
        }
    }
}
