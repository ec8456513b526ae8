package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.ModelSource

/** Opens model files. */
fun interface ModelOpener {
    /**
     * Opens a file.
     *
     * @param threads processor cores to use.
     */
    fun open(
        source: ModelSource,
        threads: Int,
    ): OpenModel
}
