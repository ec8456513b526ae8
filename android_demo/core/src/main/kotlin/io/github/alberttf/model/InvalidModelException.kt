package io.github.alberttf.model

/** A model file, or a part of it, that is damaged or of another kind; the message says how. */
public class InvalidModelException internal constructor(
    message: String,
    cause: Throwable? = null,
) : Exception(message, cause)
