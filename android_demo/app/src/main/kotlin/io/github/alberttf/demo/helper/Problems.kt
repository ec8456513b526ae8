package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Phase
import io.github.alberttf.demo.state.Problem
import io.github.alberttf.model.InvalidModelException
import java.io.IOException

/** What to tell the user of a failure. */
fun failureOf(error: Throwable): Phase.Failed {
    val problem =
        when (error) {
            is InvalidModelException, is UnknownTaskException -> Problem.NOT_A_MODEL
            is IOException, is SecurityException -> Problem.CANNOT_OPEN
            is OutOfMemoryError -> Problem.OUT_OF_MEMORY
            else -> Problem.CANNOT_RUN
        }
    return Phase.Failed(problem, error.message ?: error.javaClass.simpleName)
}
