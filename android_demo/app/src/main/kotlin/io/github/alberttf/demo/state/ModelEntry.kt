package io.github.alberttf.demo.state

/**
 * A model that can be chosen.
 *
 * @property source where its file is.
 * @property task what it does; null as long as the file was not read.
 * @property examples texts with the answers that Python gives with this file.
 */
data class ModelEntry(
    val source: ModelSource,
    val task: Task? = null,
    val examples: List<Example> = emptyList(),
)
