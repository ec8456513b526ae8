package io.github.alberttf.demo.state

/**
 * All that the first screen shows.
 *
 * @property entries the models that can be chosen.
 * @property selected which one is, -1 for none.
 * @property text what to read.
 * @property passage where to look for the answer.
 * @property threads processor cores to use.
 * @property phase how far the answer is.
 */
data class DemoState(
    val entries: List<ModelEntry>,
    val selected: Int,
    val text: String,
    val passage: String,
    val threads: Int,
    val phase: Phase,
) {
    /** The chosen model. */
    val entry: ModelEntry? get() = entries.getOrNull(selected)

    /** Whether the model is busy, so that nothing else can be asked. */
    val isBusy: Boolean get() = phase is Phase.Loading || phase is Phase.Running
}
