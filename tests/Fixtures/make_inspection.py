#!/usr/bin/env python3
"""ROC, precision-recall and calibration curves by scikit-learn, histograms by NumPy (scikit-learn 1.2.1, Debian's python3-sklearn).

    make_inspection.py       writes inspection.json.gz beside this file
"""
import gzip
import json
import os

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

assert sklearn.__version__ == "1.2.1", f"scikit-learn {sklearn.__version__} found, 1.2.1 expected"

random = np.random.default_rng(15)
curves, histograms = [], []
for case in range(60):
    n = int(random.integers(3, 200))
    y = random.random(n) < random.uniform(0.1, 0.9)
    y[0], y[1] = True, False
    p = np.clip(random.normal(0.35 + 0.3 * y, 0.25), 0, 1)
    p = np.round(p, 2) if case % 3 == 0 else p  # ties, and probabilities on the edges of bins
    p = p * 0 + 0.5 if case == 59 else p
    w = random.integers(1, 5, n).astype(float) if case % 4 == 1 else None
    fpr, tpr, thresholds = roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(y, p, sample_weight=w)
    one = {
        "y": y.tolist(), "p": p.tolist(), "w": None if w is None else w.tolist(),
        "fpr": fpr.tolist(), "tpr": tpr.tolist(), "thresholds": thresholds[1:].tolist(),
        "precision": precision[::-1].tolist(), "recall": recall[::-1].tolist(),
        "area": roc_auc_score(y, p, sample_weight=w), "average_precision": average_precision_score(y, p, sample_weight=w),
    }
    if w is None and case % 3:  # it takes no weights; at an edge it depends on how k/10 is rounded
        observed, predicted = calibration_curve(y, p, n_bins=10)
        one |= {"observed": observed.tolist(), "predicted": predicted.tolist()}
    curves.append(one)

for case in range(40):
    n, pieces = int(random.integers(1, 300)), int(random.integers(1, 40))
    x = random.normal(0, 10.0 ** random.integers(-3, 4), n) if case % 3 else random.integers(-9, 9, n).astype(float)
    if x.min() == x.max():
        continue  # numpy widens the range
    counts, edges = np.histogram(x, pieces)
    histograms.append({"x": x.tolist(), "pieces": pieces, "counts": counts.tolist(), "edges": edges.tolist(), "sum": x.sum(), "squares": (x * x).sum()})

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inspection.json.gz")
with gzip.GzipFile(path, "w", mtime=0) as file:
    file.write(json.dumps({"curves": curves, "histograms": histograms}, separators=(",", ":")).encode())
print(len(curves), "curves,", len(histograms), "histograms")
