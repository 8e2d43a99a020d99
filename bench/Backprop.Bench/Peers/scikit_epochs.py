"""Epochs of scikit-learn's MLPClassifier with validation. For every line 'epoch' of standard input it trains one, and answers with the seconds of its
steps, those of its validation, and the accuracy of the validation rows."""
import sys
import time

import numpy as np
import sklearn
import threadpoolctl
from sklearn.neural_network import MLPClassifier

file, precision, hidden, rate, batch, validation = sys.argv[1:]


class Held(MLPClassifier):
    """Held back after each epoch until the next is asked for."""

    def _update_no_improvement_count(self, early_stopping, x, y):  # called once an epoch, after its steps: validates
        trained = time.perf_counter()
        super()._update_no_improvement_count(early_stopping, x, y)
        self._no_improvement_count = 0  # goes on for as long as it is asked
        print(trained - self.began, time.perf_counter() - trained, self.validation_scores_[-1], flush=True)
        self.wait()

    def wait(self):
        if sys.stdin.readline().strip() != 'epoch':
            sys.exit()
        self.began = time.perf_counter()


arrays = np.load(file)
x, y = arrays['X'].astype(precision), arrays['y']
network = Held(
    [int(units) for units in hidden.split(',')], solver='adam', batch_size=int(batch), alpha=0, learning_rate_init=float(rate), max_iter=10**9,
    early_stopping=True, validation_fraction=float(validation), random_state=0)
blas = [library for library in threadpoolctl.threadpool_info() if library['user_api'] == 'blas']
if not blas:
    sys.exit('numpy has no fast BLAS here, which would be no fair peer: apt-get install libopenblas0-pthread')
kernels = ', '.join(f"{b['internal_api']} {b['version']} for {b.get('architecture')} on {b['num_threads']} threads" for b in blas)
print(f'scikit-learn {sklearn.__version__}, {precision}, {kernels}', flush=True)
network.wait()  # the first epoch has the division of the rows in it too
network.fit(x, y)
