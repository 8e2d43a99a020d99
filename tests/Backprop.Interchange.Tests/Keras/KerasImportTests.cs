using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Backprop.Interchange.Keras;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests.Keras;

/// <summary>Keras's files, written by Fixtures/keras/make_keras.py, predict what NumPy computes of their layers.</summary>
public sealed class KerasImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-keras").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sequential.keras", "4-8:relu,dropout(0.25)-6:tanh,batch_norm(0.001)-5:leaky_relu(0.1),layer_norm(0.001)-3:softmax")]
    [InlineData("functional.keras", "3-7:gelu,dropout(0.1)-7:silu-1:sigmoid", "'rescaling' (Rescaling), layer 'batch_normalization'", "'batch_normalization_2' (BatchNormalization) stands behind an activation")]
    [InlineData("old.keras", "5-6:elu-6:elu(0.3)-6:selu-6:softplus-2:identity")]
    [InlineData("legacy.h5", "4-6:relu,batch_norm(0.001)-6:softsign-3:softmax")]
    public void NetworksPredictWhatTheyDoThere(string name, string expected, params string[] said)
    {
        var notes = new Notes();
        Network<float> network = KerasImport.Read(Fixture(name), notes);
        Assert.Equal(NetworkDefinition.Parse(expected).ToString(), network.Definition.ToString());
        Assert.All(said, text => Assert.Contains(notes.All, note => note.Message.Contains(text, StringComparison.Ordinal)));
        double[][] numbers = [.. File.ReadLines(Path.ChangeExtension(Fixture(name), ".txt")).Select(DrawnModels.Parse)];
        float[] found = new Ensemble<float>(network).Predict(Array.ConvertAll(numbers[0], x => (float)x));
        Assert.InRange(DrawnModels.Worst(found.Select(y => (double)y), numbers[1], 1e-3), 0, 1e-5);
    }

    [Theory]
    [InlineData("Conv1D", "layer 'hidden' (Conv1D)")]
    [InlineData("relu6", "layer 'hidden' (Dense): activation 'relu6'")]
    [InlineData("units", "shape [9, 8] found, [4, 9] expected")]
    [InlineData("norm behind", "layer 'layer_normalization' (LayerNormalization): found elsewhere")]
    [InlineData("twice", "layer 'again' (Activation): found elsewhere")]
    [InlineData("last", "behind the activation of the last layer")]
    [InlineData("axis", "layer 'norm' (BatchNormalization): an axis of its own")]
    [InlineData("class", "class 'Custom'")]
    [InlineData("missing", "layer 'extra' (Dense): no group 'layers/dense_4/vars'")]
    [InlineData("softmax", "softmax can only stand at the output")]
    [InlineData("width", "shape [null,null]")]
    [InlineData("threshold", "(ReLU): a threshold")]
    public void WhatIsNoPerceptronIsNamed(string change, string message)
    {
        string path = Changed("sequential.keras", root =>
        {
            JsonArray layers = root["config"]!["layers"]!.AsArray();
            JsonNode Layer(string name) => layers.First(layer => (string?)layer!["config"]!["name"] == name)!;
            switch (change)
            {
                case "Conv1D": Layer("hidden")["class_name"] = "Conv1D"; break;
                case "relu6": Layer("hidden")["config"]!["activation"] = "relu6"; break;
                case "units": Layer("hidden")["config"]!["units"] = 9; break;
                case "norm behind": Layer("third")["config"]!["activation"] = "relu"; break;
                case "twice": layers.Insert(2, JsonNode.Parse("""{"class_name":"Activation","config":{"name":"again","activation":"tanh"}}""")); break;
                case "last":
                    JsonNode norm = Layer("norm");
                    layers.Remove(norm);
                    norm["config"]!["scale"] = true;
                    layers.Remove(Layer("layer_normalization"));
                    layers.Remove(Layer("output"));
                    Layer("third")["config"]!["units"] = 5;
                    layers.Remove(Layer("leaky"));
                    layers.Remove(Layer("third"));
                    layers.Add(norm);
                    break;
                case "axis": Layer("norm")["config"]!["axis"] = 2; break;
                case "class": root["class_name"] = "Custom"; break;
                case "missing": layers.Add(JsonNode.Parse("""{"class_name":"Dense","config":{"name":"extra","units":2,"activation":"linear"}}""")); break;
                case "softmax": Layer("hidden")["config"]!["activation"] = "softmax"; break;
                case "width": Layer("input_layer")["config"]!["batch_shape"] = JsonNode.Parse("[null,null]"); break;
                default: Layer("leaky")["class_name"] = "ReLU"; Layer("leaky")["config"]!["threshold"] = 1; break;
            }
        });
        Assert.Contains(message.Replace("[9, 8]", "[4, 8]", StringComparison.Ordinal), Assert.Throws<ModelException>(() => KerasImport.Read(path)).Message);
    }

    [Fact]
    public void BranchesAreNamed()
    {
        string twoInputs = Changed("functional.keras", root => root["config"]!["layers"]![5]!["inbound_nodes"]![0]!["args"]!.AsArray().Add(root["config"]!["layers"]![3]!["inbound_nodes"]![0]!["args"]![0]!.DeepClone()));
        Assert.Contains("2 inputs found (batch_normalization_1, batch_normalization)", Assert.Throws<ModelException>(() => KerasImport.Read(twoInputs)).Message);
        string twoBehind = Changed("functional.keras", root => root["config"]!["layers"]![4]!["inbound_nodes"]![0]!["args"]![0]!["config"]!["keras_history"]![0] = "rescaling");
        Assert.Contains("two layers stand behind 'rescaling'", Assert.Throws<ModelException>(() => KerasImport.Read(twoBehind)).Message);
    }

    [Theory]
    [InlineData("middle", "output_layers: 'dense_1' found, the chain's last, layer 'dense_2' (Dense), expected")]
    [InlineData("two", "output_layers: 'dense_1', 'dense_2' found")]
    [InlineData("no output", "output_layers: none found")]
    [InlineData("input", "input_layers: 'rescaling' found")]
    [InlineData("training", "layer 'dropout' (Dropout): called with training found")]
    [InlineData("norm training", "layer 'batch_normalization_1' (BatchNormalization): called with training found")]
    [InlineData("registered function", "an activation of layer 'dense' (Dense) of another package found, 'my>relu'")]
    [InlineData("module function", "an activation of layer 'dense' (Dense) of another package found, 'mine.functions'")]
    [InlineData("registered layer", "a layer 'dense' of another package found, 'my>Dense'")]
    [InlineData("module layer", "a layer 'dense' of another package found, '__main__'")]
    public void WhatIsAnotherModelThanItLooksIsNamed(string change, string message)
    {
        string path = Changed("functional.keras", root =>
        {
            JsonNode config = root["config"]!, dense = Layer("dense");
            JsonNode Layer(string name) => config["layers"]!.AsArray().First(layer => (string?)layer!["config"]!["name"] == name)!;
            switch (change)
            {
                case "middle": config["output_layers"] = JsonNode.Parse("""["dense_1",0,0]"""); break;
                case "two": config["output_layers"] = JsonNode.Parse("""[["dense_1",0,0],["dense_2",0,0]]"""); break;
                case "no output": config.AsObject().Remove("output_layers"); break;
                case "input": config["input_layers"] = JsonNode.Parse("""[["rescaling",0,0]]"""); break;
                case "training": Layer("dropout")["inbound_nodes"]![0]!["kwargs"] = JsonNode.Parse("""{"training":true}"""); break;
                case "norm training": Layer("batch_normalization_1")["inbound_nodes"] = JsonNode.Parse("""[[["dense",0,0,{"training":1}]]]"""); break;
                case "registered function": dense["config"]!["activation"] = JsonNode.Parse("""{"module":"builtins","class_name":"function","config":"relu","registered_name":"my>relu"}"""); break;
                case "module function": dense["config"]!["activation"] = JsonNode.Parse("""{"module":"mine.functions","class_name":"function","config":"relu","registered_name":"function"}"""); break;
                case "registered layer": dense["registered_name"] = "my>Dense"; break;
                default: dense["module"] = "__main__"; break;
            }
        });
        Assert.Contains(message, Assert.Throws<ModelException>(() => KerasImport.Read(path)).Message);
    }

    [Fact]
    public void WhatIsKerassOwnIsTaken()
    {
        string path = Changed("functional.keras", root =>
        {
            JsonNode config = root["config"]!, dense = config["layers"]!.AsArray().First(layer => (string?)layer!["config"]!["name"] == "dense")!;
            config["output_layers"] = JsonNode.Parse("""[["dense_2",0,0]]""");
            dense["registered_name"] = "keras>Dense";
            dense["module"] = "keras.src.layers.core.dense";
            dense["config"]!["activation"] = JsonNode.Parse("""{"module":"builtins","class_name":"function","config":"relu","registered_name":"function"}""");
            config["layers"]!.AsArray().First(layer => (string?)layer!["config"]!["name"] == "dropout")!["inbound_nodes"]![0]!["kwargs"] = JsonNode.Parse("""{"training":false}""");
        });
        Assert.StartsWith("3-7:relu,dropout(0.1)-7:silu", KerasImport.Read(path).Definition.ToString(), StringComparison.Ordinal);
    }

    /// <summary>HDF5 can have numbers in any file of the disk, which a model that was sent by somebody must not read.</summary>
    [Theory]
    [InlineData("plain", "")]
    [InlineData("external", "'model_weights/dense_1/dense_1/kernel:0': external storage, which leads into another file found")]
    [InlineData("virtual", "'model_weights/dense_1/dense_1/kernel:0': a virtual dataset, which may lead into another file found")]
    [InlineData("link", "'model_weights/dense_1/dense_1/kernel:0': a link into another file found")]
    [InlineData("group", "'model_weights/dense_1': a link into another file found")]
    [InlineData("root", "'model_weights': a link into another file found")]
    [InlineData("soft", "'model_weights/dense_1/dense_1/kernel:0': a link into another file found")]
    public void NumbersOfOtherFilesAreNotRead(string way, string message)
    {
        Python.Require("h5py", "python3-h5py");
        File.Copy(Fixture("legacy.h5"), At("other.h5"));
        File.WriteAllBytes(At("secret"), [.. Enumerable.Range(0, 36).SelectMany(n => BitConverter.GetBytes((float)n))]);
        Python.Run(_folder, $"""
            import h5py, os
            way, other, group, name = "{way}", os.path.abspath("other.h5"), "model_weights/dense_1", "model_weights/dense_1/dense_1/kernel:0"
            with h5py.File(other) as f, h5py.File("m.h5", "w", libver="latest") as m:
                def copy(path, item):
                    made = m.create_dataset(path, data=item[()]) if isinstance(item, h5py.Dataset) else m.require_group(path)
                    for key, value in item.attrs.items():
                        made.attrs[key] = value
                copy("/", f)
                f.visititems(copy)
            with h5py.File("m.h5", "r+", libver="latest") as f:
                shape = f[name].shape
                if way in ("external", "virtual", "link", "soft"):
                    del f[name]
                if way == "external":
                    f.create_dataset(name, shape, "f4", external=[(os.path.abspath("secret"), 0, 144)])
                if way == "virtual":
                    layout = h5py.VirtualLayout(shape, "f4")
                    layout[:] = h5py.VirtualSource(other, name, shape)
                    f.create_virtual_dataset(name, layout)
                if way == "link":
                    f[name] = h5py.ExternalLink(other, name)
                if way == "soft":
                    f["away"] = h5py.ExternalLink(other, name)
                    f[name] = h5py.SoftLink("/away")
                if way in ("group", "root"):
                    where = group if way == "group" else "model_weights"
                    del f[where]
                    f[where] = h5py.ExternalLink(other, where)
            """);
        if (way == "plain")
        {
            Assert.Equal(KerasImport.Read(Fixture("legacy.h5")).Layers[1].GetWeights(), KerasImport.Read(At("m.h5")).Layers[1].GetWeights());
            return;
        }

        Assert.Contains(message, Assert.Throws<ModelException>(() => KerasImport.Read(At("m.h5"))).Message);
    }

    [Fact]
    public void TheHardSigmoidOfBeforeIsAnother()
    {
        string path = Changed("old.keras", root => root["config"]!["layers"]![1]!["config"]!["activation"] = "hard_sigmoid");
        Assert.Contains("hard_sigmoid of Keras 2", Assert.Throws<ModelException>(() => KerasImport.Read(path)).Message);
        path = Changed("sequential.keras", root => root["config"]!["layers"]![1]!["config"]!["activation"] = "hard_sigmoid");
        Assert.StartsWith("4-8:hard_sigmoid,", KerasImport.Read(path).Definition.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DamageIsFound()
    {
        byte[] bytes = File.ReadAllBytes(Changed("sequential.keras", _ => { }, CompressionLevel.NoCompression));
        int at = bytes.AsSpan().IndexOf("\"units\""u8);
        Assert.True(at > 0);
        bytes[at + 1] = (byte)'U';
        File.WriteAllBytes(At("odd"), bytes);
        Assert.Contains("'config.json' is damaged: the checksum", Assert.Throws<ModelException>(() => KerasImport.Read(At("odd"))).Message);
    }

    [Theory]
    [InlineData("del d.attrs['weight_names']")]
    [InlineData("d.attrs['weight_names'] = []")]
    public void LayersWithoutWeightsAreNamed(string change)
    {
        Python.Require("h5py", "python3-h5py");
        File.Copy(Fixture("legacy.h5"), At("m.h5"));
        Python.Run(_folder, $"""
            import h5py
            with h5py.File("m.h5", "r+") as f:
                g = f["model_weights"]
                d = next(g[name] for name in g if len(g[name].attrs["weight_names"]) == 2)
                {change}
            """);
        Assert.Matches("layer '.+' \\(Dense\\): 0 tensors found, 2 expected", Assert.Throws<ModelException>(() => KerasImport.Read(At("m.h5"))).Message);
    }

    [Fact]
    public void BytesThatAreNoFileAreRefused()
    {
        var random = new Random(1);
        foreach (string name in (string[])["legacy.h5", "sequential.keras"])
        {
            byte[] file = File.ReadAllBytes(Fixture(name));
            for (int n = 0; n < 300; n++)
            {
                byte[] odd = n % 3 == 0 ? file[..random.Next(file.Length)] : [.. file];
                for (int change = 0; change < random.Next(1, 4) && odd.Length > 0; change++)
                {
                    odd[random.Next(odd.Length)] = (byte)random.Next(256);
                }

                File.WriteAllBytes(At("odd"), odd);
                try
                {
                    KerasImport.Read(At("odd"));
                }
                catch (ModelException)
                {
                }
            }
        }
    }

    private string Changed(string name, Action<JsonNode> change, CompressionLevel level = CompressionLevel.Optimal)
    {
        File.Copy(Fixture(name), At(name), overwrite: true);
        using ZipArchive zip = ZipFile.Open(At(name), ZipArchiveMode.Update);
        JsonNode root;
        using (Stream stream = zip.GetEntry("config.json")!.Open())
        {
            root = JsonNode.Parse(stream)!;
        }

        change(root);
        zip.GetEntry("config.json")!.Delete();
        using Stream written = zip.CreateEntry("config.json", level).Open();
        written.Write(Encoding.UTF8.GetBytes(root.ToJsonString()));
        return At(name);
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras", name);

    private string At(string name) => Path.Combine(_folder, name);
}
