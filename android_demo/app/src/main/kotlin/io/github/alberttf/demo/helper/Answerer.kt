package io.github.alberttf.demo.helper

import io.github.alberttf.demo.state.Answer
import io.github.alberttf.demo.state.Highlight
import io.github.alberttf.demo.state.Score
import io.github.alberttf.model.ModelFile
import io.github.alberttf.model.ModelRunner
import io.github.alberttf.tasks.Classifier
import io.github.alberttf.tasks.Embedder
import io.github.alberttf.tasks.IntentAndSlots
import io.github.alberttf.tasks.LabelScore
import io.github.alberttf.tasks.MultilabelClassifier
import io.github.alberttf.tasks.NearestVectors
import io.github.alberttf.tasks.QuestionAnswerer
import io.github.alberttf.tasks.TagPrediction
import io.github.alberttf.tasks.TaggedSpan
import io.github.alberttf.tasks.Tagger

/** A task of the library with the answers of this app. */
internal fun interface Answerer {
    /** Answers for a text, with a passage where the task takes one. */
    fun answer(
        text: String,
        passage: String?,
    ): AlbertModel.Said

    companion object {
        /**
         * What answers for a file, whose task must be one that this app shows.
         *
         * @param sentences see [AlbertModel].
         */
        fun of(
            file: ModelFile,
            runner: ModelRunner,
            sentences: List<String>,
        ): Answerer =
            when (file.task) {
                "multilabel" -> labels(MultilabelClassifier(file, runner))
                "tagging", "crf_tagging" -> tags(Tagger(file, runner))
                "intent_slots" -> slots(IntentAndSlots(file, runner))
                "question_answering", "joint_question_answering" ->
                    words(QuestionAnswerer(file, runner))
                "similarity", "contrastive", "triplets" -> alike(Embedder(file, runner), sentences)
                else -> label(Classifier(file, runner))
            }

        private fun label(classifier: Classifier) =
            Answerer { text, _ ->
                val found = classifier.classify(text)
                AlbertModel.Said(Answer.Labels(found.label, scores(found.scores)), found.savedLayers)
            }

        private fun labels(classifier: MultilabelClassifier) =
            Answerer { text, _ ->
                val found = classifier.classify(text)
                AlbertModel.Said(Answer.Labels(found.labels.joinToString(), scores(found.scores)))
            }

        private fun tags(tagger: Tagger) =
            Answerer { text, _ ->
                AlbertModel.Said(Answer.Entities(text, highlights(tagger.tag(text)), emptyList()))
            }

        private fun slots(reader: IntentAndSlots) =
            Answerer { text, _ ->
                val found = reader.read(text)
                val intents = scores(found.intent.scores)
                AlbertModel.Said(Answer.Entities(text, highlights(found.slots), intents))
            }

        private fun words(answerer: QuestionAnswerer) =
            Answerer { text, passage ->
                val context = passage.orEmpty()
                val found = answerer.answer(text, context)
                val candidates =
                    found.candidates
                        .filter { it.text.isNotEmpty() }
                        .map { Highlight(it.start, it.end, "", it.score.toFloat()) }
                AlbertModel.Said(Answer.Words(context, found.best.text, candidates))
            }

        /** Makes the vectors of all sentences at once; a question then takes one more. */
        private fun alike(
            embedder: Embedder,
            sentences: List<String>,
        ): Answerer {
            val nearest = NearestVectors(sentences.map(embedder::embed))
            return Answerer { text, _ ->
                val scores =
                    nearest
                        .find(embedder.embed(text), sentences.size)
                        .map { Score(sentences[it.place], it.product.toFloat()) }
                        // The text may be one of them.
                        .filter { it.label != text }
                AlbertModel.Said(Answer.Labels(scores.firstOrNull()?.label.orEmpty(), scores))
            }
        }

        private fun scores(of: List<LabelScore>) = of.map { Score(it.label, it.score.toFloat()) }

        private fun highlights(of: TagPrediction) = of.spans.map(::highlight)

        private fun highlight(of: TaggedSpan) = Highlight(of.start, of.end, of.label, of.score.toFloat())
    }
}
