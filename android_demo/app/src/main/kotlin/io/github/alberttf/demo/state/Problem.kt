package io.github.alberttf.demo.state

/** What went wrong, for people. */
enum class Problem {
    /** There is no text to read. */
    NO_TEXT,

    /** There is no passage to look for the answer in. */
    NO_PASSAGE,

    /** There is no sentence to compare the text with. */
    NO_SENTENCES,

    /** The file is damaged, or for a task that this app does not show. */
    NOT_A_MODEL,

    /** The file cannot be opened. */
    CANNOT_OPEN,

    /** The device has too little memory left. */
    OUT_OF_MEMORY,

    /** The runtime failed. */
    CANNOT_RUN,
}
