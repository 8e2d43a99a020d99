"""One epoch of scikit-learn's MLPClassifier on Fashion-MNIST for every line 'epoch' of standard input; 'score' answers with the test accuracy."""
import gzip
import sys
import time

import numpy as np
import sklearn
import threadpoolctl
from sklearn.neural_network import MLPClassifier

folder, precision = sys.argv[1:]


def read(name, header):
    with gzip.open(f'{folder}/{name}-ubyte.gz') as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def images(name):
    return read(f'{name}-images-idx3', 16).reshape(-1, 784).astype(precision) / 255


def labels(name):
    return read(f'{name}-labels-idx1', 8)


x, y = images('train'), labels('train')
network = MLPClassifier((256, 128), solver='adam', batch_size=128, alpha=0, learning_rate_init=0.001, random_state=0)
blas = [library for library in threadpoolctl.threadpool_info() if library['user_api'] == 'blas']
if not blas:
    sys.exit('numpy has no fast BLAS here, which would be no fair peer: apt-get install libopenblas0-pthread')
kernels = ', '.join(f"{b['internal_api']} {b['version']} for {b.get('architecture')} on {b['num_threads']} threads" for b in blas)
print(f'scikit-learn {sklearn.__version__}, {precision}, {kernels}', flush=True)
for line in sys.stdin:
    if line.strip() == 'score':
        print(network.score(images('t10k'), labels('t10k')), flush=True)
        continue
    begin = time.perf_counter()
    network.partial_fit(x, y, classes=np.arange(10))  # one pass over the rows, shuffled
    print(time.perf_counter() - begin, flush=True)
