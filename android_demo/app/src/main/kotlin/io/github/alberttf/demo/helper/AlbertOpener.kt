package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Task
import io.github.alberttf.model.ModelFile

/** Opens files that `albert-tf export` wrote, in LiteRT. */
class AlbertOpener(
    private val files: ModelFiles,
) : ModelOpener {
    override fun open(
        source: ModelSource,
        threads: Int,
    ): OpenModel {
        val content = files.map(source)
        // Before the runtime sees it: this also checks that the file is whole.
        val file = ModelFile.read(content)
        val task = Task.named(file.task) ?: throw UnknownTaskException(file.task)
        val sentences = if (task == Task.SIMILARITY) files.sentences(source) else emptyList()
        val runner = InterpreterRunner(content, threads, file.lengths)
        return runCatching { AlbertModel(file, runner, task, runner.backend, sentences) }
            .onFailure { runner.close() }
            .getOrThrow()
    }
}
