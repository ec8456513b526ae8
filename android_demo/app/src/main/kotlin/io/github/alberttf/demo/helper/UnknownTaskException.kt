package io.github.alberttf.demo.helper

/** A model for a task that this app does not show, such as fill_mask. */
class UnknownTaskException(
    task: String,
) : Exception("its task is $task")
