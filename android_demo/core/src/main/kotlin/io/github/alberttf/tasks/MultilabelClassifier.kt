package io.github.alberttf.tasks

import io.github.alberttf.model.JsonObject
import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel
import kotlin.math.tanh

/**
 * None, one or several labels for a text, or for a pair of texts.
 *
 * @param file for the task "multilabel".
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class MultilabelClassifier(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "multilabel")
    private val thresholds = readThresholds(file.settings)

    /** The names of all labels. */
    public val labels: List<String> = file.labels

    /** The labels of any text; [pair] is the second text where the model has learned of pairs. */
    @JvmOverloads
    public fun classify(
        text: String,
        pair: String? = null,
    ): MultilabelPrediction {
        val encoding = model.encode(text, pair)
        val logits = model.run(encoding).ofSize("logits", labels.size)
        val scores = Prediction.ranked(labels, logits.map { 0.5 * (1 + tanh(0.5 * it)) })
        val given = scores.filter { it.score >= (thresholds[it.label] ?: USUAL) }
        return MultilabelPrediction(given.map { it.label }, scores, effortOf(encoding))
    }

    private fun readThresholds(settings: JsonObject): Map<String, Double> {
        if (!settings.has("thresholds")) return emptyMap()
        val values = settings.child("thresholds")
        return values.values.keys.associateWith {
            values.doubleOrNull(it) ?: values.fail(it, "a number")
        }
    }

    private companion object {
        const val USUAL = 0.5
    }
}
