package io.github.alberttf

import io.github.alberttf.model.Json
import io.github.alberttf.model.ModelFile
import java.nio.ByteBuffer

/** The files that android_demo/checks/golden_vectors.py writes. */
internal object Resources {
    fun bytes(name: String): ByteArray =
        checkNotNull(javaClass.getResourceAsStream("/$name")) { "$name is missing" }
            .use { it.readBytes() }

    fun modelFile(name: String): ModelFile = ModelFile.read(ByteBuffer.wrap(bytes(name)))

    fun rows(name: String): List<Map<*, *>> = (Json.parse(bytes(name).decodeToString()) as List<*>).map { it as Map<*, *> }
}

internal fun numbers(value: Any?): List<Int> = (value as List<*>).map { (it as Number).toInt() }
