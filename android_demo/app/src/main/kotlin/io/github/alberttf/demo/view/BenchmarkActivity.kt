package io.github.alberttf.demo.view

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Debug
import android.view.LayoutInflater
import android.view.View
import android.view.WindowManager
import android.widget.Button
import android.widget.TableLayout
import android.widget.TextView
import io.github.alberttf.demo.DemoApplication
import io.github.alberttf.demo.R
import io.github.alberttf.demo.state.BenchmarkState
import io.github.alberttf.demo.state.ModelEntry
import io.github.alberttf.demo.state.ModelSource
import io.github.alberttf.demo.state.Timing
import io.github.alberttf.demo.viewmodel.BenchmarkViewModel

/** Measures a model on this device, and compares its answers with Python's. */
class BenchmarkActivity : Activity() {
    private lateinit var viewModel: BenchmarkViewModel
    private lateinit var start: Button
    private lateinit var progress: View
    private lateinit var status: TextView
    private lateinit var table: TableLayout

    private val demo: DemoApplication get() = application as DemoApplication

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_benchmark)
        start = view(R.id.start)
        progress = view(R.id.progress)
        status = view(R.id.status)
        table = view(R.id.table)
        val entry = entry()
        val threads = intent.getIntExtra(THREADS, 1)
        viewModel = lastNonConfigurationInstance as BenchmarkViewModel?
            ?: BenchmarkViewModel(demo.host, demo.main, entry, threads, ::occupiedMegabytes)
        val name = resources.nameOf(entry)
        view<TextView>(R.id.model).text =
            resources.getQuantityString(R.plurals.benchmark_of, threads, name, threads)
        start.setOnClickListener { viewModel.start() }
        viewModel.observer = ::show
    }

    override fun onRetainNonConfigurationInstance(): Any = viewModel

    override fun onDestroy() {
        viewModel.observer = null
        if (isFinishing) viewModel.cancel()
        super.onDestroy()
    }

    private fun entry(): ModelEntry {
        val asset = intent.getStringExtra(ASSET)
        if (asset == null) {
            return ModelEntry(demo.files.document(Uri.parse(intent.getStringExtra(DOCUMENT))))
        }
        val source = ModelSource.Asset(asset)
        return demo.files.assets().firstOrNull { it.source == source } ?: ModelEntry(source)
    }

    private fun show(state: BenchmarkState) {
        start.isEnabled = !state.isRunning
        progress.visibility = if (state.isRunning) View.VISIBLE else View.GONE
        val flag = WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON
        window.setFlags(if (state.isRunning) flag else 0, flag)
        status.text = lines(state).joinToString("\n")
        // The first row is the heading.
        while (table.childCount > 1 + state.rows.size) table.removeViewAt(table.childCount - 1)
        state.rows.drop(table.childCount - 1).forEach(::addRow)
    }

    private fun lines(state: BenchmarkState): List<String> =
        listOfNotNull(
            state.backend.ifEmpty { null },
            state.agreement?.let {
                getString(R.string.agreement, it.sameTokens, it.sameAnswers, it.examples)
            },
            state.memoryMegabytes?.let { getString(R.string.memory, it) },
            state.failure?.let { resources.describe(it) },
        )

    private fun addRow(timing: Timing) {
        val row = LayoutInflater.from(this).inflate(R.layout.row_timing, table, false)
        row.view<TextView>(R.id.tokens).text = getString(R.string.number, timing.tokens)
        row.view<TextView>(R.id.median).text = getString(R.string.decimal, timing.median)
        row.view<TextView>(R.id.p95).text = getString(R.string.decimal, timing.p95)
        row.contentDescription =
            getString(R.string.timing_description, timing.tokens, timing.median, timing.p95)
        table.addView(row)
    }

    companion object {
        private const val ASSET = "asset"
        private const val DOCUMENT = "document"
        private const val THREADS = "threads"
        private const val KILOBYTES = 1e3

        /** What opens this screen for a model. */
        fun intent(
            context: Context,
            source: ModelSource,
            threads: Int,
        ): Intent {
            val intent = Intent(context, BenchmarkActivity::class.java).putExtra(THREADS, threads)
            return when (source) {
                is ModelSource.Asset -> intent.putExtra(ASSET, source.path)
                is ModelSource.Document -> intent.putExtra(DOCUMENT, source.uri)
            }
        }

        private fun occupiedMegabytes(): Double = Debug.getPss() / KILOBYTES
    }
}
