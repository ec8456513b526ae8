"""What signatures that take texts are given."""

# By what `Task.graph_takes` calls it: the names of the strings.
STRINGS = {
    "texts": ("text",),
    "pairs": ("text", "pair"),
    "questions": ("question", "context"),
}
