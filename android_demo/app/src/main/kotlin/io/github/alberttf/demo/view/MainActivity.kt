package io.github.alberttf.demo.view

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.Menu
import android.view.MenuItem
import io.github.alberttf.demo.DemoApplication
import io.github.alberttf.demo.R
import io.github.alberttf.demo.viewmodel.DemoViewModel

/** Asks a model: choose it, type or choose a text, read the answer. */
class MainActivity : Activity() {
    private lateinit var viewModel: DemoViewModel

    private val demo: DemoApplication get() = application as DemoApplication

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_main)
        viewModel = lastNonConfigurationInstance as DemoViewModel?
            ?: DemoViewModel(demo.host, demo.files.assets())
        savedInstanceState?.let { saved ->
            val selected = saved.getInt(SELECTED)
            if (selected in viewModel.state.entries.indices) viewModel.select(selected)
            viewModel.setThreads(saved.getInt(THREADS))
        }
        val views = MainViews(this, viewModel)
        viewModel.observer = { state ->
            views.show(state)
            invalidateOptionsMenu()
        }
    }

    // The view model outlives a rotation, and with it the answer.
    override fun onRetainNonConfigurationInstance(): Any = viewModel

    // When the system ends the process, the choices are all that is left; views save their texts.
    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putInt(SELECTED, viewModel.state.selected)
        outState.putInt(THREADS, viewModel.state.threads)
    }

    override fun onDestroy() {
        viewModel.observer = null
        if (isFinishing) demo.host.release()
        super.onDestroy()
    }

    override fun onCreateOptionsMenu(menu: Menu): Boolean {
        menuInflater.inflate(R.menu.main, menu)
        return true
    }

    override fun onPrepareOptionsMenu(menu: Menu): Boolean {
        menu.findItem(R.id.benchmark).isEnabled = viewModel.state.entry != null
        return super.onPrepareOptionsMenu(menu)
    }

    override fun onOptionsItemSelected(item: MenuItem): Boolean {
        when (item.itemId) {
            R.id.open -> openDocument()
            R.id.benchmark -> openBenchmark()
            else -> return super.onOptionsItemSelected(item)
        }
        return true
    }

    override fun onActivityResult(
        requestCode: Int,
        resultCode: Int,
        data: Intent?,
    ) {
        super.onActivityResult(requestCode, resultCode, data)
        val uri = data?.data
        if (requestCode != OPEN || resultCode != RESULT_OK || uri == null) return
        viewModel.pick(demo.files.document(uri))
    }

    private fun openDocument() {
        val intent =
            Intent(Intent.ACTION_OPEN_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("*/*") // nobody registered a type for .tflite
        startActivityForResult(intent, OPEN)
    }

    private fun openBenchmark() {
        val state = viewModel.state
        val entry = state.entry ?: return
        startActivity(BenchmarkActivity.intent(this, entry.source, state.threads))
    }

    private companion object {
        const val SELECTED = "selected"
        const val THREADS = "threads"
        const val OPEN = 1
    }
}
