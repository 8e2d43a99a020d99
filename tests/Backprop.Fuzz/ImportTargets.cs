using System.IO.Compression;
using Backprop.Interchange.Keras;
using Backprop.Interchange.NumPy;
using Backprop.Interchange.PyTorch;
using Backprop.Inputs;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Onnx;
using Backprop.Tables;

namespace Backprop.Fuzz;

/// <summary>The readers of models of other programs, on files that these have written.</summary>
internal static class ImportTargets
{
    /// <summary>PureHDF allocates the length that a field of four bytes announces before it finds that the file ends: memory that nobody touches, and that is refused where there is less.</summary>
    private const long Announced = 3L << 30;

    private static readonly NetworkDefinition s_definition = NetworkDefinition.Parse("2-2:relu,batch_norm-1:identity");

    /// <summary>The arrays of a model, any of which is taken by what is tried.</summary>
    private static readonly (string Name, byte[] Bytes)[] s_arrays =
    [
        ("coefs_0", Targets.Npy("<f8", "(2, 2)", 32)), ("intercepts_0", Targets.Npy("<f4", "(2,)", 8)), ("coefs_1", Targets.Npy("<f8", "(2, 2)", 32)), ("intercepts_1", Targets.Npy("<f8", "(2,)", 16)),
        ("activations", Texts("relu", "softmax")), ("loss", Texts("cross_entropy")), ("classes_", Texts("a", "b")), ("feature_names_in_", Texts("p", "q")), ("mean_", Targets.Npy("<f8", "(2,)", 16)),
        ("scale_", Ones()), ("statistics_", Targets.Npy("<f8", "(2,)", 16)), ("thresholds", Targets.Npy("<f8", "(1,)", 8)),
    ];

    private static readonly string s_path = Path.Combine(Directory.CreateTempSubdirectory("backprop-fuzz").FullName, "model");

    public static Target[] All()
    {
        byte[] sequential = Fixture("keras/sequential.keras"), functional = Fixture("keras/functional.keras");
        string[] keras = ["\"class_name\"", "\"config\"", "\"Dense\"", "\"Dropout\"", "\"BatchNormalization\"", "\"units\"", "\"activation\"", "\"layers\"", "\"inbound_nodes\"", "\"relu\"", "{}", "[]", "null", "1e400", "-1"];
        string[] hdf5 = ["\u0089HDF\r\n\u001a\n", "TREE", "SNOD", "HEAP", "GCOL", "OHDR", "OCHK", "FRHP", "BTHD", "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff"];
        return
        [
            new("state-dict", StateDict, [Targets.Tensors(Header("0.weight:2,2 0.bias:2 1.weight:2 1.bias:2 1.running_mean:2 1.running_var:2 3.weight:1,2 3.bias:1"), 68), Targets.Tensors(Header("0.running_mean:2 0.running_var:2 1.weight:2,2 2.weight:2 2.running_mean:2 2.running_var:2 2.num_batches_tracked:1 10.weight:1,2"), 68)], ["F16", "BF16", "I64", "F64", "\"shape\":[2]", "fc1.weight", ".bias", "weight_g", "num_batches_tracked", "running_var", "[2,2]", "[]", "[0]"], Targets.Tensors),
            new("npz-model", NpzModel, [.. s_arrays.Select((array, n) => (byte[])[(byte)n, .. array.Bytes])], ["'descr': ", "'shape': ", "(", ")", ",", "'<U", "'<f8'", "(2,)", "(2, 2)", "r\0\0\0e\0\0\0l\0\0\0u\0\0\0"], bytes => bytes.Length < 2 ? bytes : [bytes[0], .. Targets.RepairNpy(bytes[1..])]),
            new("onnx", bytes => OnnxImport.ReadEnsemble(new MemoryStream(bytes), "x.onnx"), [Fixture("onnx/residual.onnx"), Fixture("onnx/mlp.onnx"), Own(2, 1.5), Own(1, 1)], ["Gemm", "MatMul", "Add", "Relu", "Softmax", "BatchNormalization", "LayerNormalization", "Reshape", "Flatten", "Transpose", "Clip", "Concat", "Constant", "\u0012\u0002", "\u000a\u0001x", "layers.1.weight", "members.2."], null) { MaxLength = 8192 },
            new("keras-config", bytes => Keras(Zip(sequential, "config.json", bytes)), [Entry(sequential, "config.json")], keras, null) { MaxLength = 16384 },
            new("keras-graph", bytes => Keras(Zip(functional, "config.json", bytes)), [Entry(functional, "config.json")], keras, null) { MaxLength = 16384 },
            new("keras-weights", bytes => Keras(Zip(sequential, "model.weights.h5", bytes)), [Entry(sequential, "model.weights.h5")], hdf5, null) { MaxLength = 65536, MostMemory = Announced },
            new("keras-zip", Keras, [sequential, Fixture("keras/old.keras")], ["PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0006"], null) { MaxLength = 65536 },
            new("hdf5", Keras, [Fixture("keras/legacy.h5")], [.. hdf5, .. keras], null) { MaxLength = 65536, MostMemory = Announced },
        ];
    }

    private static void StateDict(byte[] bytes)
    {
        File.WriteAllBytes(s_path, bytes);
        try
        {
            StateDictImport.Read(s_path, null);
        }
        catch (UsageException)
        {
            // what network it is must be said
        }

        StateDictImport.Read(s_path, s_definition);
    }

    /// <summary>The first byte says which array the others are.</summary>
    private static void NpzModel(byte[] bytes)
    {
        int at = bytes.Length == 0 ? 0 : bytes[0] % s_arrays.Length;
        File.WriteAllBytes(s_path, Targets.Npz([.. s_arrays.Select((array, n) => ($"{array.Name}.npy", n == at && bytes.Length > 0 ? bytes[1..] : array.Bytes))]));
        ModelFile<float> model = NumPyImport.Read(s_path);
        _ = model.Write(s_path); // what is taken can be written, and read again
        ModelFile<float>.Read(s_path);
        TabularModel.Load(s_path);
    }

    private static void Keras(byte[] bytes)
    {
        File.WriteAllBytes(s_path, bytes);
        KerasImport.Read(s_path);
    }

    /// <summary>Float tensors NAME:SIZES, one behind another.</summary>
    private static string Header(string tensors)
    {
        int at = 0;
        var parts = new List<string>();
        foreach (string[] tensor in tensors.Split(' ').Select(tensor => tensor.Split(':')))
        {
            int start = at;
            at += 4 * tensor[1].Split(',').Aggregate(1, (count, size) => count * int.Parse(size, System.Globalization.CultureInfo.InvariantCulture));
            parts.Add($"\"{tensor[0]}\":{{\"dtype\":\"F32\",\"shape\":[{tensor[1]}],\"data_offsets\":[{start},{at}]}}");
        }

        return $"{{{string.Join(',', parts)}}}";
    }

    private static byte[] Texts(params string[] texts)
    {
        int width = texts.Max(text => text.Length);
        byte[] bytes = Targets.Npy($"<U{width}", $"({texts.Length},)", 4 * width * texts.Length);
        for (int n = 0; n < texts.Length; n++)
        {
            System.Text.Encoding.UTF32.GetBytes(texts[n]).CopyTo(bytes.AsSpan(bytes.Length - (4 * width * (texts.Length - n))));
        }

        return bytes;
    }

    private static byte[] Ones()
    {
        byte[] bytes = Targets.Npy("<f8", "(2,)", 16);
        BitConverter.GetBytes(1.0).CopyTo(bytes.AsSpan(bytes.Length - 16));
        BitConverter.GetBytes(1.0).CopyTo(bytes.AsSpan(bytes.Length - 8));
        return bytes;
    }

    /// <summary>A file of our own, whose graph is written again to be read.</summary>
    private static byte[] Own(int members, double temperature)
    {
        var definition = new NetworkDefinition(new InputDefinition(2, [new CodeEmbedding(3, 2)], true, new PeriodicEmbedding(2, 2)), [new(3, Activations.ActivationFunction.Create("gelu")), new(2, Activations.ActivationFunction.Create("softmax"))]);
        new ModelFile<float>(new Ensemble<float>(Enumerable.Range(1, members).Select(seed => new Network<float>(definition, Initializer.Parse("pytorch"), (ulong)seed)), temperature), null, null).Write(s_path);
        using var stream = new MemoryStream();
        OnnxExport.Write(TabularModel.Load(s_path), stream, new() { Bare = true });
        return stream.ToArray();
    }

    private static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    private static byte[] Entry(byte[] zip, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        using Stream entry = archive.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The same archive with another entry, whose checksum is right.</summary>
    private static byte[] Zip(byte[] zip, string name, byte[] bytes)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return Targets.Npz([.. archive.Entries.Select(entry => (entry.FullName, entry.FullName == name ? bytes : Entry(zip, entry.FullName)))]);
    }
}
