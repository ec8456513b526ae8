package io.github.alberttf.demo

import java.util.concurrent.Executor

/** Does what it was given when it is told to. */
class Queue : Executor {
    private val waiting = ArrayDeque<Runnable>()

    override fun execute(command: Runnable) {
        waiting.add(command)
    }

    fun runAll() {
        while (waiting.isNotEmpty()) waiting.removeFirst().run()
    }
}
