package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Example
import io.github.alberttf.demo.state.Highlight
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Task
import org.json.JSONArray
import org.json.JSONObject

/** Reads what `albert-tf export --android` writes beside a model: Python's answers. */
object AnswersFile {
    /**
     * Reads one file.
     *
     * @param text its content.
     * @param source the model that it is of.
     */
    fun read(
        text: String,
        source: ModelSource,
    ): ModelEntry {
        val content = JSONObject(text)
        val task = Task.named(content.getString("task"))
        return ModelEntry(source, task, objects(content.getJSONArray("examples")).map(::example))
    }

    private fun example(content: JSONObject): Example {
        val text = content.getString("text")
        val passage = if (content.isNull("pair")) null else content.getString("pair")
        val answer = content.getJSONObject("answer")
        return Example(
            text = text,
            passage = passage,
            tokenIds = tokenIds(content.getJSONArray("token_ids")),
            best = best(answer),
            highlights = highlights(answer, text),
        )
    }

    private fun tokenIds(rows: JSONArray): List<List<Int>> =
        (0 until rows.length()).map { row ->
            val ids = rows.getJSONArray(row)
            (0 until ids.length()).map(ids::getInt)
        }

    private fun best(answer: JSONObject): String {
        val labels = answer.optJSONArray("labels")
        if (labels != null) return (0 until labels.length()).joinToString { labels.getString(it) }
        val name = listOf("label", "intent", "answer", "nearest").firstOrNull(answer::has)
        return name?.let(answer::getString).orEmpty()
    }

    private fun highlights(
        answer: JSONObject,
        text: String,
    ): List<Highlight> {
        val name = listOf("entities", "words", "slots").firstOrNull(answer::has)
        val spans = name?.let(answer::getJSONArray) ?: return emptyList()
        return objects(spans).map { span ->
            Highlight(
                start = text.offsetByCodePoints(0, span.getInt("start")),
                end = text.offsetByCodePoints(0, span.getInt("end")),
                label = span.getString("label"),
                score = span.getDouble("score").toFloat(),
            )
        }
    }

    private fun objects(array: JSONArray): List<JSONObject> = (0 until array.length()).map(array::getJSONObject)
}
