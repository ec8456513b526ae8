from albert_tf.evaluation.choices import evaluate_choices


def test_accuracy_of_all_and_of_each_part():
    report = evaluate_choices(
        [*"ABCA"], [*"ABBB"], ["high", "high", "high", "middle"]
    )
    assert report.figures == {"accuracy": 0.5}
    assert report.details == {
        "high": {"accuracy": 2 / 3, "examples": 3},
        "middle": {"accuracy": 0.0, "examples": 1},
    }
    assert evaluate_choices(["A"], ["A"], [""]).details == {}
