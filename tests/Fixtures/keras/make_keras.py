"""Keras's files by their documented layout (keras/src/saving/saving_lib.py, legacy_h5_format.py), written by Debian's python3-h5py, with what NumPy computes of the same layers beside each."""
import io, json, zipfile
import h5py, numpy as np
from math import erf

random = np.random.default_rng(7)
f32 = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)


def dense(name, inputs, units, activation="linear", bias=True):
    return dict(cls="Dense", config=dict(name=name, units=units, activation=activation, use_bias=bias), weights=[("kernel", f32(inputs, units))] + ([("bias", f32(units))] if bias else []))


def batch_norm(name, units, scale=True, center=True):
    weights = ([("gamma", f32(units) + 1.5)] if scale else []) + ([("beta", f32(units))] if center else []) + [("moving_mean", f32(units)), ("moving_variance", f32(units) + 1.5)]
    return dict(cls="BatchNormalization", config=dict(name=name, axis=-1, momentum=0.99, epsilon=0.001, center=center, scale=scale), weights=weights)


def layer_norm(name, units):
    return dict(cls="LayerNormalization", config=dict(name=name, axis=-1, epsilon=0.001, center=True, scale=True), weights=[("gamma", f32(units) + 1.5), ("beta", f32(units))])


def plain(cls, name, **config):
    return dict(cls=cls, config=dict(name=name, **config), weights=[])


FUNCTIONS = {
    "linear": lambda x: x, "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2, "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "softplus": lambda x: np.log1p(np.exp(x)), "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1), "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1), "softsign": lambda x: x / (1 + abs(x)),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)), "exponential": np.exp,
}


def predict(layers, x):
    x = x.astype(np.float64)
    for layer in layers:
        c, w = layer["config"], {name: value.astype(np.float64) for name, value in layer["weights"]}
        if layer["cls"] == "Dense":
            x = FUNCTIONS[c["activation"]](x @ w["kernel"] + w.get("bias", 0))
        elif layer["cls"] == "BatchNormalization":
            x = (x - w["moving_mean"]) / np.sqrt(w["moving_variance"] + c["epsilon"]) * w.get("gamma", 1) + w.get("beta", 0)
        elif layer["cls"] == "LayerNormalization":
            x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + c["epsilon"]) * w["gamma"] + w["beta"]
        elif layer["cls"] == "Activation":
            x = FUNCTIONS[c["activation"]](x)
        elif layer["cls"] == "LeakyReLU":
            x = np.where(x > 0, x, c["negative_slope"] * x)
        elif layer["cls"] == "ReLU":
            x = np.maximum(x, 0)
        elif layer["cls"] == "ELU":
            x = np.where(x > 0, x, c["alpha"] * (np.exp(x) - 1))
        elif layer["cls"] == "Softmax":
            x = FUNCTIONS["softmax"](x)
        elif layer["cls"] == "Rescaling":
            x = x * c["scale"] + c["offset"]
    return x


def snake(name):
    return "".join(("_" if n and c.isupper() and not name[n - 1].isupper() else "") + c.lower() for n, c in enumerate(name))


def sequential(layers, old=False):
    entries = [dict(module="keras.layers", class_name=layer["cls"], config=layer["config"], registered_name=None) for layer in layers]
    return dict(class_name="Sequential", config=dict(name="sequential", layers=entries))


def functional(layers, old):
    entries, before = [], None
    for layer in layers:
        if before is None:
            nodes = []
        elif old:
            nodes = [[[before, 0, 0, {}]]]
        else:
            nodes = [dict(args=[dict(class_name="__keras_tensor__", config=dict(shape=[None, 3], dtype="float32", keras_history=[before, 0, 0]))], kwargs={})]
        before = layer["config"]["name"]
        entries.append(dict(class_name=layer["cls"], config=layer["config"], name=before, inbound_nodes=nodes))
    return dict(class_name="Functional", config=dict(name="model", layers=entries, input_layers=[layers[0]["config"]["name"], 0, 0], output_layers=[before, 0, 0]))


def keras_3(path, layers, config, version="3.3.3", root="layers"):
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        counts = {}
        for layer in layers:
            name = snake(layer["cls"])
            counts[name] = counts.get(name, -1) + 1
            group = h5.create_group(f"{root}/{name}{'_' + str(counts[name]) if counts[name] else ''}/vars")
            for n, (_, value) in enumerate(layer["weights"]):
                group.create_dataset(str(n), data=value)
    with zipfile.ZipFile(path, "w") as z:
        for name, content in (("metadata.json", json.dumps(dict(keras_version=version))), ("config.json", json.dumps(config)), ("model.weights.h5", file.getvalue())):
            z.writestr(zipfile.ZipInfo(name), content)


def legacy(path, layers, config, version="2.11.0"):
    with h5py.File(path, "w") as h5:
        h5.attrs["keras_version"], h5.attrs["backend"] = version.encode(), b"tensorflow"
        h5.attrs["model_config"] = json.dumps(config).encode()
        weights = h5.create_group("model_weights")
        weights.attrs["layer_names"] = [layer["config"]["name"].encode() for layer in layers]
        for layer in layers:
            group, name = weights.create_group(layer["config"]["name"]), layer["config"]["name"]
            group.attrs["weight_names"] = [f"{name}/{kind}:0".encode() for kind, _ in layer["weights"]]
            for kind, value in layer["weights"]:
                group.create_dataset(f"{name}/{kind}:0", data=value)


def both(path, write, inputs, layers, config, **more):
    x = random.uniform(-2, 2, (7, inputs)).astype(np.float32)
    write(path, layers, config, **more)
    with open(path.rsplit(".", 1)[0] + ".txt", "w") as file:
        for numbers in (x, predict(layers, x)):
            file.write(" ".join(map(repr, numbers.flatten().tolist())) + "\n")


source = lambda width: plain("InputLayer", "input_layer", batch_shape=[None, width], dtype="float32")
layers = [source(4), dense("hidden", 4, 8, "relu"), plain("Dropout", "dropout", rate=0.25), dense("second", 8, 6), batch_norm("norm", 6), plain("Activation", "activation", activation="tanh"),
          dense("third", 6, 5, bias=False), layer_norm("layer_normalization", 5), plain("LeakyReLU", "leaky", negative_slope=0.1), dense("output", 5, 3, "softmax")]
both("sequential.keras", keras_3, 4, layers, sequential(layers))

layers = [plain("InputLayer", "input_layer", batch_shape=[None, 3], dtype="float32"), plain("Rescaling", "rescaling", scale=0.5, offset=-0.25), batch_norm("batch_normalization", 3, scale=False), dense("dense", 3, 7, "gelu"),
          batch_norm("batch_normalization_1", 7), plain("Dropout", "dropout", rate=0.1), dense("dense_1", 7, 7, "silu"), batch_norm("batch_normalization_2", 7, center=False), dense("dense_2", 7, 1, "sigmoid")]
both("functional.keras", keras_3, 3, layers, functional(layers, old=False))

layers = [plain("InputLayer", "input_1", batch_input_shape=[None, 5], dtype="float32"), dense("dense", 5, 6, "elu"), dense("dense_1", 6, 6), plain("ELU", "elu", alpha=0.30000001192092896), dense("dense_2", 6, 6, "selu"), dense("dense_3", 6, 6, "softplus"),
          dense("dense_4", 6, 2, "linear")]
both("old.keras", keras_3, 5, layers, functional(layers, old=True), version="2.13.1", root="_layer_checkpoint_dependencies")

layers = [dense("dense", 4, 6), batch_norm("batch_normalization", 6), plain("ReLU", "re_lu", max_value=None, negative_slope=0.0, threshold=0.0), dense("dense_1", 6, 6, "softsign"), dense("dense_2", 6, 3),
          plain("Softmax", "softmax", axis=-1)]
layers[0]["config"]["batch_input_shape"] = [None, 4]
both("legacy.h5", legacy, 4, layers, sequential(layers))
