"""Writes the embedded data sets from scikit-learn's copies of them. Run: /usr/bin/python3 tests/Fixtures/make_embedded.py"""
import gzip
import pathlib

from sklearn.datasets import load_digits, load_iris

folder = pathlib.Path(__file__).parents[2] / "src/Backprop/Data/Embedded"
digits = load_digits()
lines = [",".join([f"p{i}" for i in range(64)] + ["digit"])]
lines += [",".join(str(int(v)) for v in row) + f",{label}" for row, label in zip(digits.data, digits.target)]
with open(folder / "digits.csv.gz", "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
    zipped.write(("\n".join(lines) + "\n").encode())
iris = load_iris()
lines = ["sepal_length,sepal_width,petal_length,petal_width,species"]
lines += [",".join(repr(float(v)) for v in row) + f",{iris.target_names[label]}" for row, label in zip(iris.data, iris.target)]
(folder / "iris.csv").write_text("\n".join(lines) + "\n")
