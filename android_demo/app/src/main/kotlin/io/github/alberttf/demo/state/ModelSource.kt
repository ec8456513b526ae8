package io.github.alberttf.demo.state

/** Where a model file is. */
sealed class ModelSource {
    /** What people call it. */
    abstract val name: String

    /**
     * A file that came with the app.
     *
     * @property path within the assets.
     */
    data class Asset(
        val path: String,
    ) : ModelSource() {
        override val name: String get() = path.substringAfterLast('/').removeSuffix(".tflite")
    }

    /**
     * A file that the user picked.
     *
     * @property uri of the document.
     */
    data class Document(
        val uri: String,
        override val name: String,
    ) : ModelSource()
}
