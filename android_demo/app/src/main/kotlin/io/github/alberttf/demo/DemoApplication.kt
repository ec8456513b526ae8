package io.github.alberttf.demo

import android.app.Application
import android.content.ComponentCallbacks2
import android.os.Handler
import android.os.Looper
import io.github.alberttf.demo.helper.AlbertOpener
import io.github.alberttf.demo.helper.ModelFiles
import io.github.alberttf.demo.helper.ModelHost
import java.util.concurrent.Executor
import java.util.concurrent.Executors

/** Holds what the screens share: the model files and the one open model. */
class DemoApplication : Application() {
    /** Where model files are. */
    val files: ModelFiles by lazy { ModelFiles(this) }

    /** Runs things on the thread of the views. */
    val main: Executor by lazy {
        val handler = Handler(Looper.getMainLooper())
        Executor { handler.post(it) }
    }

    /** Owns the model. */
    val host: ModelHost by lazy {
        val worker = Executors.newSingleThreadExecutor { Thread(it, "model") }
        ModelHost(AlbertOpener(files), worker, main)
    }

    // The next question opens the model again.
    override fun onTrimMemory(level: Int) {
        super.onTrimMemory(level)
        if (level >= ComponentCallbacks2.TRIM_MEMORY_BACKGROUND) host.release()
    }

    override fun onLowMemory() {
        super.onLowMemory()
        host.release()
    }
}
