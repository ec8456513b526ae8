"""The official optimizer in NumPy, float64; see optimization.py."""

import numpy as np


class ReferenceAdamW:
    def __init__(self, weights, decays, weight_decay=0.01, clip_norm=1.0):
        self.weights = [np.array(w, np.float64) for w in weights]
        self.decays = decays
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.m = [np.zeros_like(w) for w in self.weights]
        self.v = [np.zeros_like(w) for w in self.weights]

    def step(self, grads, learning_rate):
        norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
        scale = self.clip_norm / max(norm, self.clip_norm)
        for k, grad in enumerate(grads):
            grad = grad * scale
            self.m[k] = 0.9 * self.m[k] + 0.1 * grad
            self.v[k] = 0.999 * self.v[k] + 0.001 * grad**2
            update = self.m[k] / (np.sqrt(self.v[k]) + 1e-6)
            if self.decays[k]:
                update = update + self.weight_decay * self.weights[k]
            self.weights[k] = self.weights[k] - learning_rate * update
        return norm
