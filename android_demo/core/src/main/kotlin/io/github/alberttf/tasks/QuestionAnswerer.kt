package io.github.alberttf.tasks

import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.model.Outputs
import io.github.alberttf.model.TextModel
import io.github.alberttf.tokenizers.Encoding
import io.github.alberttf.tokenizers.SequenceBuilder
import io.github.alberttf.tokenizers.TokenList
import io.github.alberttf.tokenizers.wellFormed

/**
 * The words of a text that answer a question, or that there is no answer.
 *
 * A long context is read in windows that overlap. The best run of tokens over all windows is the
 * answer, or none where the model says so.
 *
 * @param file for the task "question_answering", or "joint_question_answering" for a model whose
 *   ends depend on starts.
 * @param runner with the file's network.
 * @throws IllegalArgumentException the file is for another task.
 */
public class QuestionAnswerer(
    file: ModelFile,
    runner: ModelRunner,
) {
    private val model = TextModel(file, runner, "question_answering", JOINT)
    private val isJoint = file.task == JOINT
    private val threshold = file.settings.doubleOrNull("null_threshold")
    private val stride = setting(file, "stride", STRIDE)
    private val longest = setting(file, "max_answer_length", LONGEST)
    private val room = model.maxLength - SPECIAL

    /** Tokens of the context from [first] on, the first of which is at [place] in the sequence. */
    private class Window(
        val first: Int,
        val place: Int,
        val encoding: Encoding,
    ) {
        /** How many tokens of the context are in it. */
        val size: Int get() = encoding.length - 1 - place
    }

    /**
     * The answer to any question in any context; none if the question is blank or the context has
     * no token.
     *
     * A question that would take more than half of a sequence loses what is longer, unless the
     * context leaves it the room.
     */
    public fun answer(
        question: String,
        context: String,
    ): AnswerPrediction {
        val tokens = model.tokenizer.cut(context)
        val asked = model.tokenizer.cut(question)
        val candidates = Candidates(wellFormed(context), isJoint)
        if (question.isBlank() || tokens.size == 0) return nothing(candidates)
        val kept = minOf(asked.size, maxOf(room / 2, room - tokens.size))
        var sequences = 0
        var length = 0
        for (first in beginnings(tokens.size, room - kept)) {
            val window = window(asked, kept, tokens, first)
            val outputs = model.run(window.encoding)
            if (isJoint) {
                addJoint(outputs, window, tokens, candidates)
            } else {
                add(outputs, window, tokens, candidates)
            }
            sequences += 1
            length += window.encoding.length
        }
        return candidates.answer(threshold, Effort(sequences, length, asked.size - kept))
    }

    private fun nothing(candidates: Candidates): AnswerPrediction {
        candidates.addNone(0.0)
        return candidates.answer(threshold, Effort(0, 0, 0))
    }

    private fun window(
        asked: TokenList,
        kept: Int,
        tokens: TokenList,
        first: Int,
    ): Window {
        val end = minOf(tokens.size, first + room - kept)
        val sequence = SequenceBuilder(model.tokenizer, kept + end - first + SPECIAL)
        sequence.begin()
        sequence.addAll(asked, 0, kept)
        sequence.endSegment()
        sequence.addAll(tokens, first, end)
        sequence.endSegment()
        return Window(first, kept + 2, sequence.build(0))
    }

    /**
     * Where windows begin: [stride] tokens after one another, or half a window where that is less,
     * so that nothing is passed over.
     */
    private fun beginnings(
        tokens: Int,
        window: Int,
    ): List<Int> {
        val step = minOf(stride, (window + 1) / 2)
        val found = arrayListOf(0)
        while (found.last() + window < tokens) found.add(found.last() + step)
        return found
    }

    private fun add(
        outputs: Outputs,
        window: Window,
        tokens: TokenList,
        found: Candidates,
    ) {
        val starts = outputs.perToken("start_logits", 1)
        val ends = outputs.perToken("end_logits", 1)
        val best = BestRuns(Candidates.MOST)
        for (first in 0 until window.size) {
            if (!hasText(tokens, window.first + first)) continue
            val start = starts[window.place + first].toDouble()
            for (last in first until minOf(window.size.toLong(), first.toLong() + longest).toInt()) {
                if (!hasText(tokens, window.first + last)) continue
                best.add(first, last, start + ends[window.place + last])
            }
        }
        found.addNone((starts[0] + ends[0]).toDouble())
        for (place in 0 until best.size) {
            val start = tokens.starts[window.first + best.first(place)]
            found.add(start, tokens.ends[window.first + best.last(place)], best.score(place))
        }
    }

    /** Takes the runs that the model itself has found in a window. */
    private fun addJoint(
        outputs: Outputs,
        window: Window,
        tokens: TokenList,
        found: Candidates,
    ) {
        val starts = outputs["start_indices"]
        val startScores = outputs.ofSize("start_log_probs", starts.size)
        val ends = outputs["end_indices"]
        val endScores = outputs.ofSize("end_log_probs", ends.size)
        found.addNone(outputs.ofSize("no_answer_logits", 1)[0].toDouble())
        val inside = 0 until window.size
        for (place in ends.indices) {
            val row = place / (ends.size / starts.size)
            val score = startScores[row].toDouble() + endScores[place]
            val first = starts[row].toInt() - window.place
            val last = ends[place].toInt() - window.place
            if (score <= NEVER || first !in inside || last !in inside) continue
            if (!hasText(tokens, window.first + first)) continue
            if (!hasText(tokens, window.first + last)) continue
            val start = tokens.starts[window.first + first]
            found.add(start, tokens.ends[window.first + last], score)
        }
    }

    /** A token without characters can neither begin nor end an answer. */
    private fun hasText(
        tokens: TokenList,
        token: Int,
    ): Boolean = tokens.ends[token] > tokens.starts[token]

    private fun setting(
        file: ModelFile,
        name: String,
        usual: Int,
    ): Int {
        if (!file.settings.has(name)) return usual
        val value = file.settings.int(name)
        if (value < 1) file.settings.fail(name, "at least 1")
        return value
    }

    private companion object {
        const val JOINT = "joint_question_answering"
        const val SPECIAL = 3 // [CLS] question [SEP] context [SEP]
        const val STRIDE = 128
        const val LONGEST = 30

        /** Scores of runs that are none, see `NO_ANSWER_TOKEN`. */
        const val NEVER = -0.5e30
    }
}
