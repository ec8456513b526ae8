package io.github.alberttf.demo.viewmodel

import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Highlight

/** The places and labels of marked words, to be compared; scores differ in the last digits. */
internal fun placesOf(answer: Answer): List<Triple<Int, Int, String>> =
    if (answer is Answer.Entities) answer.entities.map(::place) else emptyList()

internal fun place(one: Highlight): Triple<Int, Int, String> = Triple(one.start, one.end, one.label)
