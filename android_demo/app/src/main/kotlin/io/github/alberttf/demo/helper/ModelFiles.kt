package io.github.alberttf.demo.helper

import android.content.Context
import android.net.Uri
import android.provider.OpenableColumns
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import java.io.FileInputStream
import java.io.FileNotFoundException
import java.nio.MappedByteBuffer
import java.nio.channels.FileChannel

/** Finds model files, and maps them into memory. */
class ModelFiles(
    private val context: Context,
) {
    /** The models in the app's assets, as `albert-tf export --android` puts them there. */
    fun assets(): List<ModelEntry> =
        context.assets
            .list(FOLDER)
            .orEmpty()
            .filter { it.endsWith(MODEL) }
            .map { entry(ModelSource.Asset("$FOLDER/$it")) }

    /** The texts that came with a model; none with a file that the user picked. */
    fun sentences(source: ModelSource): List<String> =
        if (source is ModelSource.Asset) entry(source).examples.map { it.text } else emptyList()

    /** What the user picked. */
    fun document(uri: Uri): ModelSource.Document {
        // Without a right to the file any more, opening it will say so.
        val name = runCatching { displayName(uri) }.getOrNull()
        return ModelSource.Document(uri.toString(), name ?: uri.lastPathSegment ?: uri.toString())
    }

    /** The content of a file, which the system reads as it is needed and may drop again. */
    fun map(source: ModelSource): MappedByteBuffer =
        when (source) {
            is ModelSource.Asset -> mapAsset(source.path)
            is ModelSource.Document -> mapDocument(Uri.parse(source.uri))
        }

    private fun displayName(uri: Uri): String? {
        val columns = arrayOf(OpenableColumns.DISPLAY_NAME)
        return context.contentResolver.query(uri, columns, null, null, null)?.use { cursor ->
            if (cursor.moveToFirst()) cursor.getString(0) else null
        }
    }

    private fun entry(source: ModelSource.Asset): ModelEntry {
        val answers = source.path.removeSuffix(MODEL) + ANSWERS
        val text =
            try {
                context.assets.open(answers).use { it.readBytes().decodeToString() }
            } catch (_: FileNotFoundException) {
                return ModelEntry(source)
            }
        return AnswersFile.read(text, source)
    }

    // Only what is not compressed in the APK has a file descriptor.
    private fun mapAsset(path: String): MappedByteBuffer =
        context.assets.openFd(path).use { asset ->
            FileInputStream(asset.fileDescriptor).use { stream ->
                val mode = FileChannel.MapMode.READ_ONLY
                stream.channel.map(mode, asset.startOffset, asset.declaredLength)
            }
        }

    private fun mapDocument(uri: Uri): MappedByteBuffer {
        val document =
            context.contentResolver.openFileDescriptor(uri, "r")
                ?: throw FileNotFoundException("$uri: its app gives no file")
        return document.use {
            FileInputStream(it.fileDescriptor).use { stream ->
                val channel = stream.channel
                channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
            }
        }
    }

    private companion object {
        const val FOLDER = "models"
        const val MODEL = ".tflite"
        const val ANSWERS = ".json"
    }
}
