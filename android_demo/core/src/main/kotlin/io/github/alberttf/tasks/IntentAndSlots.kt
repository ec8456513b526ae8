package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.TextModel
import io.github.alberttf.tokenizers.wellFormed

/**
 * What a command wants, one of several intents, and with what, a tag for every word.
 *
 * @param file for the task "intent_slots".
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class IntentAndSlots(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "intent_slots")
    private val reader = TagReader(file.labels)

    /** The tags of slots. */
    public val labels: List<String> = file.labels

    /** The names of the intents. */
    public val intents: List<String> = file.settings.texts("intents")

    /** Intent and slots of any text; of a long one, whose windows overlap, the windows' mean. */
    public fun read(text: String): IntentPrediction {
        val whole = wellFormed(text)
        val windows = TagWindows(model, whole, Words(whole))
        val sums = FloatArray(intents.size)
        val logits =
            windows.run(labels.size) { outputs ->
                val found = outputs.ofSize("intent_logits", sums.size)
                for (place in sums.indices) sums[place] += found[place]
            }
        val effort = windows.effort
        for (place in sums.indices) sums[place] /= effort.sequences.toFloat()
        return IntentPrediction(
            Prediction.of(sums, intents, effort),
            reader.read(text, windows.words, logits, reader.allowed, effort),
        )
    }
}
