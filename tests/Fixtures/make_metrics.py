#!/usr/bin/env python3
"""Cases of metrics with scikit-learn's answers (1.2.1, Debian's python3-sklearn).

    make_metrics.py                      writes metrics.json.gz beside this file
    make_metrics.py COUNT SEED FILE      as many other cases, for tests/long/metrics.sh

Each case is a network of one layer that passes its inputs on, so that features are pre-activations of the output. Rows of weight 0 count as
if they were not there; scikit-learn does so too, but for the labels that its macro F1 is over and for r2's "less than two samples": it is
given the other rows alone. What scikit-learn refuses (the AUC of one class) is null. Ranks are of logits, in long double: rows tie where
they are equal.
"""
import gzip
import json
import os
import sys
import warnings

import numpy as np
import sklearn
from scipy.special import expit, softmax
from sklearn import metrics as m

warnings.filterwarnings("ignore")
assert sklearn.__version__ == "1.2.1", f"scikit-learn {sklearn.__version__} found, 1.2.1 expected"


def number(value):
    """Null where there is none, as in JSON."""
    return float(value) if np.isfinite(value) else None


def area(is_class, rank, w):
    return m.roc_auc_score(is_class, rank, sample_weight=w) if len(np.unique(is_class)) == 2 else np.nan


def calibration(y, predicted, p, w):
    """Expected calibration error over 15 bins (k/15, (k+1)/15] of the winning probability."""
    winning = p[np.arange(len(y)), predicted]
    bins = np.clip(np.ceil(15 * winning).astype(int) - 1, 0, 14)
    w = np.ones(len(y)) if w is None else w
    return sum(abs(np.sum((w * ((predicted == y) - winning))[bins == b])) for b in range(15)) / w.sum()


def odds(x):
    """Logits of softmax: p_c - log of the sum over the others of e^p, of each row and class."""
    x = x.astype(np.longdouble) - x.max(axis=1, keepdims=True)  # rows a constant apart tie
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        others = np.sort(np.delete(x, c, axis=1), axis=1)  # the same sum where classes are exchanged
        top = others.max(axis=1, keepdims=True)
        out[:, c] = x[:, c] - (top[:, 0] + np.log(np.exp(others - top).sum(axis=1)))
    return out


def lead(x):
    return np.stack([x[:, c] - np.delete(x, c, axis=1).max(axis=1) for c in range(x.shape[1])], axis=1)


def distinct(rank):
    """Ranks as integers: scikit-learn rounds long doubles to double, which makes neighbours tie."""
    return np.unique(rank, return_inverse=True)[1]


def of_classes(y, scores, rank, width, w, are_probabilities):
    keep = np.ones(len(y), bool) if w is None else w > 0
    y, scores, rank, w = y[keep], scores[keep], rank[keep], None if w is None else w[keep]
    predicted = scores.argmax(axis=1)
    labels = list(range(width))
    precision, recall, f1, support = m.precision_recall_fscore_support(y, predicted, labels=labels, sample_weight=w, zero_division=0)
    areas = np.array([area(y == c, distinct(rank[:, c]), w) for c in labels])
    if width == 2:
        auc = areas[1]
    else:
        auc = np.nan if np.isnan(areas).all() else np.nanmean(areas)
    one_hot = np.eye(width)[y]
    return {
        "metrics": {
            "accuracy": number(m.accuracy_score(y, predicted, sample_weight=w)),
            "balanced_accuracy": number(m.balanced_accuracy_score(y, predicted, sample_weight=w)),
            "f1_macro": number(m.f1_score(y, predicted, average="macro", sample_weight=w, zero_division=0)),
            "log_loss": number(m.log_loss(y, scores, labels=labels, sample_weight=w)) if are_probabilities else None,
            "brier": None if not are_probabilities
            else number(m.brier_score_loss(y, scores[:, 1], sample_weight=w, pos_label=1)) if width == 2
            else number(np.average(((scores - one_hot) ** 2).sum(axis=1), weights=w)),
            "auc": number(auc),
            "calibration_error": number(calibration(y, predicted, scores, w)) if are_probabilities else None,
        },
        "per_class": [[number(v) for v in row] for row in zip(precision, recall, f1, areas, support)],
        "confusion": m.confusion_matrix(y, predicted, labels=labels, sample_weight=w).tolist(),
    }


def of_values(t, y, w):
    keep = np.ones(len(t), bool) if w is None else w > 0
    t, y, w = t[keep], y[keep], None if w is None else w[keep]
    def both(f, **more):
        return f(t, y, sample_weight=w, multioutput="raw_values", **more), f(t, y, sample_weight=w, **more)
    # A constant's weighted mean is not that constant in numpy, and r2 is then whatever was rounded: such targets have no weights.
    constant = (t == t[0]).all(axis=0)
    none = (np.full(t.shape[1], np.nan), np.nan)
    r2, rmse, mae = both(m.r2_score) if len(t) > 1 else none, both(m.mean_squared_error, squared=False), both(m.mean_absolute_error)
    if len(t) > 1 and constant.any():
        raw = np.where(constant, m.r2_score(t, y, multioutput="raw_values"), r2[0])
        r2 = raw, raw.mean()
    return {
        "metrics": {"r2": number(r2[1]), "rmse": number(rmse[1]), "mae": number(mae[1])},
        "per_output": [[number(v) for v in row] for row in zip(r2[0], rmse[0], mae[0])],
    }


def weights(random, rows):
    kind = random.integers(6)
    if kind < 2:
        return None
    w = [random.random(rows) + 0.1, random.integers(0, 3, rows).astype(float), np.exp(random.normal(0, 8, rows)), random.integers(1, 4, rows) * 1e-6][kind - 2]
    if w.sum() == 0:
        w[0] = 1
    return w


def make_classes(random):
    width = int(random.choice([2, 2, 3, 4, 5, 7, 12]))
    rows = int(random.integers(2, 60))
    output = str(random.choice(["softmax", "softmax", "log_softmax", "identity", "sigmoid", "one", "one"]))
    loss = {"softmax": "cross_entropy", "log_softmax": "cross_entropy", "identity": "hinge", "sigmoid": "binary_cross_entropy", "one": "binary_cross_entropy"}[output]
    if output == "one":
        width = 2
    columns = 1 if output == "one" else width
    spread = float(random.choice([0.5, 3, 3, 40, 690, 900]))
    quarters = random.random() < 0.3  # many ties; not so far apart that the others' sum is a matter of rounding
    spread = 1.0 if quarters else spread
    x = random.normal(0, spread, (rows, columns)) if not quarters else np.round(4 * random.normal(0, 2, (rows, columns))) / 4
    present = random.choice(width, size=int(random.integers(1, width + 1)), replace=False) if random.random() < 0.3 else np.arange(width)
    y = random.choice(present, rows)
    if random.random() < 0.6 and columns > 1:
        x[np.arange(rows), y] += spread
    if output == "sigmoid":
        x = np.clip(x, -700, 700)  # beyond, probabilities are denormal here and 0 there
    if random.random() < 0.4:  # equal rows tie
        copy = random.integers(0, rows, rows // 2)
        x[random.integers(0, rows, rows // 2)] = x[copy]
    w = weights(random, rows)
    if output == "one":
        p = expit(x[:, 0])
        scores, rank = np.stack([1 - p, p], axis=1), np.stack([-x[:, 0], x[:, 0]], axis=1)
    elif output == "sigmoid":
        scores, rank = expit(x), x
    elif output == "identity":
        scores, rank = x, lead(x)
    else:
        scores, rank = softmax(x, axis=1), lead(x) if width == 2 else odds(x)
    case = of_classes(y, scores, rank, width, w, output != "identity")
    activation = "sigmoid" if output == "one" else output
    one_hot = output == "one" or (activation == "softmax" and random.random() < 0.2)
    t = y[:, None].astype(float) if output == "one" else np.eye(width)[y]
    return {
        "network": f"{columns}-{columns}:{activation}", "loss": loss, "x": x.ravel().tolist(), "classes": None if one_hot else y.tolist(),
        "t": t.ravel().tolist() if one_hot else None, "width": width, "weights": None if w is None else w.tolist(), "scales": None, **case,
    }


def make_values(random):
    targets, rows = int(random.integers(1, 6)), int(random.integers(1, 60))
    loss = str(random.choice(["mean_squared_error", "huber", "quantile:0.9", "poisson", "gaussian_nll"]))
    # powers of two: multiplying targets and outputs by others rounds them
    scales = random.choice([0.5, 4, 8192], targets) if loss != "poisson" and random.random() < 0.4 else None
    t = random.normal(random.choice([0, 10, 1e5]), random.choice([0.1, 1, 100]), (rows, targets))
    y = t + random.normal(0, random.choice([0.01, 1, 30]), (rows, targets))
    for target in range(targets):
        kind = random.random()
        if kind < 0.15:
            t[:, target] = random.integers(-3, 4)  # constant
        if kind < 0.07 or kind > 0.93:
            y[:, target] = t[:, target]  # exact
    x = y
    if loss == "poisson":
        t = random.poisson(random.choice([0.5, 5, 300]), (rows, targets)).astype(float)
        x = np.log(t + 0.5) + random.normal(0, 0.3, (rows, targets))
        y = np.exp(x)
    if loss == "gaussian_nll":
        x = np.concatenate([x, random.normal(0, 1, (rows, targets))], axis=1)
    w = weights(random, rows)
    s = np.ones(targets) if scales is None else scales
    case = of_values(t * s, y * s, w)
    return {
        "network": f"{x.shape[1]}-{x.shape[1]}:identity", "loss": loss, "x": x.ravel().tolist(), "classes": None, "t": t.ravel().tolist(), "width": targets,
        "weights": None if w is None else w.tolist(), "scales": None if scales is None else scales.tolist(), **case,
    }


def make_flags(random):
    targets, rows = int(random.integers(2, 6)), int(random.integers(2, 60))
    x = random.normal(0, random.choice([1, 30, 500]), (rows, targets))
    t = (x + random.normal(0, 20, x.shape) > 0).astype(float)
    w = weights(random, rows)
    case = of_values(t, expit(x), w)
    of = ["accuracy", "log_loss", "auc"]
    flags = [of_classes(t[:, c].astype(int), np.stack([1 - expit(x[:, c]), expit(x[:, c])], axis=1), np.stack([-x[:, c], x[:, c]], axis=1), 2, w, True)["metrics"] for c in range(targets)]
    for c in range(targets):
        case["per_output"][c] += [flags[c][name] for name in of]
    for name in of:
        values = [flag[name] for flag in flags]
        case["metrics"][name] = None if None in values else float(np.mean(values))
    return {
        "network": f"{targets}-{targets}:sigmoid", "loss": "binary_cross_entropy", "x": x.ravel().tolist(), "classes": None, "t": t.ravel().tolist(), "width": targets,
        "weights": None if w is None else w.tolist(), "scales": None, **case,
    }


def check_ranks():
    """scikit-learn's own one against rest on probabilities says the same where none of them round together."""
    random = np.random.default_rng(5)
    for _ in range(50):
        x, y = random.normal(0, 2, (40, 4)), np.concatenate([np.arange(4), random.integers(0, 4, 36)])
        w = random.random(40)
        found = of_classes(y, softmax(x, axis=1), odds(x), 4, w, True)["metrics"]["auc"]
        expected = m.roc_auc_score(y, softmax(x, axis=1), multi_class="ovr", sample_weight=w)
        assert abs(found - expected) < 1e-12, (found, expected)


def main():
    count, seed, path = (int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]) if len(sys.argv) == 4 else (300, 1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json.gz"))
    check_ranks()
    random = np.random.default_rng(seed)
    cases = []
    for n in range(count):
        kind = n % 10
        cases.append(make_classes(random) if kind < 5 else make_values(random) if kind < 9 else make_flags(random))
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as out:
        out.write(json.dumps({"made_by": f"scikit-learn {sklearn.__version__}", "cases": cases}, separators=(",", ":")).encode())
    print(f"{len(cases)} cases in {path}")


main()
