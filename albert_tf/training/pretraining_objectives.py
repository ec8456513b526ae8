"""Which objective the options of a pre-training ask for, and its cost."""

from __future__ import annotations

from albert_tf.config import AlbertConfig
from albert_tf.costs import training_flops
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.aligned_objective import AlignedObjective
from albert_tf.training.cross_level_objective import CrossLevelObjective
from albert_tf.training.objective import Objective
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretraining_objective import PretrainingObjective


def make_objective(
    model: AlbertPretrainer, options: PretrainOptions
) -> Objective:
    """What a run learns.

    Raises:
        UserError: if the options do not fit the model.
    """
    layers, weights = options.loss_layers, options.loss_weights
    if layers is None:
        objective = PretrainingObjective(model)
    else:
        objective = CrossLevelObjective(model, layers, weights)
    if options.aligned_weight is None:
        return objective
    return AlignedObjective(objective, options.aligned_weight)


def objective_flops(
    config: AlbertConfig,
    options: PretrainOptions,
    length: int,
    predictions: int,
) -> float:
    """Floating-point operations of a training on one example.

    Args:
        config: the model's.
        options: of the run.
        length: L.
        predictions: P, masked positions.
    """
    depths = len(options.loss_layers or [config.num_hidden_layers])
    flops = training_flops(config, length, depths * predictions)
    if options.aligned_weight is not None:
        flops += training_flops(config, length, predictions)
    return flops
