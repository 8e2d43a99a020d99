using System.Buffers.Binary;
using System.Text;
using Backprop.ModelFiles;
using Backprop.Networks;

namespace Backprop.Tests;

public sealed class ModelFileTests : IDisposable
{
    private const string Layers = "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}";
    private const string Meta = "\"__metadata__\":{\"network\":\"{\\\"inputs\\\":2,\\\"layers\\\":[{\\\"units\\\":1,\\\"activation\\\":\\\"tanh\\\"}],\\\"loss\\\":\\\"huber\\\",\\\"delta\\\":2}\"}";

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("784-256:relu-128:leaky_relu(0.1)-10:softmax")]
    [InlineData("1-1")]
    [InlineData("3-5:elu(0.5)-2:celu(1.5)")]
    public void ModelsComeBackTheSame(string specification)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification), Initializer.Parse("he_uniform"), 2);
        string path = Path.Combine(_folder, "m.safetensors");
        string first = new ModelFile<double>(network, "{}", "{\"a\":1}").Write(path), second = new ModelFile<double>(network).Write(path + "2");
        Assert.Equal(first, second); // the metadata are no part of the hash
        ModelFile<double> back = ModelFile<double>.Read(path);
        Assert.Equal(network.Definition, back.Network.Definition);
        Assert.Equal(specification.Contains(':') ? specification : specification + ":identity", back.Network.Definition.ToString());
        Assert.Equal(network.Layers[0].GetWeights(), back.Network.Layers[0].GetWeights());
        Assert.Equal("{\"a\":1}", back.Training);
        Assert.Equal(["m.safetensors", "m.safetensors2"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void AFileOfTensorsAndNetworkIsComplete()
    {
        ModelFile<float> model = ModelFile<float>.Read(File(Meta, Layers, 12));
        Assert.Equal("2-1:tanh", model.Network.Definition.ToString());
        Assert.Equal(2, model.Network.Definition.Loss.Parameter);
    }

    [Theory]
    [InlineData("hole", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}", 16)]
    [InlineData("overlap", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}", 8)]
    [InlineData("'layers.1.weight': begins at byte 4, expected 0: there is a hole", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[4,12]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}", 16)]
    [InlineData("'layers.1.bias': begins at byte 12, expected 8: there is a hole", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}", 16)]
    [InlineData("'layers.1.bias': tensors end at byte 12, the file has 16 bytes after its header: there is a hole at the end", Layers, 16)]
    [InlineData("'layers.1.bias': tensors end at byte 12, the file has 8 bytes after its header: it is cut off", Layers, 8)]
    [InlineData("'layers.1.weight': tensors end", Layers, 4)]
    [InlineData("tensor 'layers.1.weight': 'shape' stands twice", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"shape\":[1,2],\"data_offsets\":[0,8]}", 8)]
    [InlineData("tensor 'layers.1.weight': unknown key 'size'", "\"layers.1.weight\":{\"size\":1}", 8)]
    [InlineData("tensor 'layers.1.weight': expected dtype, shape and two rising data_offsets", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,0]}", 8)]
    [InlineData("tensor 'layers.1.weight': unknown type 'Q7'", "\"layers.1.weight\":{\"dtype\":\"Q7\",\"shape\":[1,2],\"data_offsets\":[0,8]}", 8)]
    [InlineData("twice", Layers + ",\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}", 12)]
    [InlineData("takes 16 bytes", "\"layers.1.weight\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[0,8]}", 8)]
    [InlineData("too large", "\"layers.1.weight\":{\"dtype\":\"F64\",\"shape\":[9007199254740993,9007199254740993],\"data_offsets\":[0,8]}", 8)]
    [InlineData("at least 0", "\"layers.1.weight\":{\"dtype\":\"F64\",\"shape\":[-1],\"data_offsets\":[0,8]}", 8)]
    [InlineData("'layers.1.bias'", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}", 8)]
    [InlineData("[2, 1]", "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}", 12)]
    [InlineData("type I32", "\"layers.1.weight\":{\"dtype\":\"I32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}", 12)]
    [InlineData("does not belong", Layers + ",\"extra\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[12,16]}", 16)]
    public void MalformedFilesAreRefusedByName(string part, string tensors, int bytes) =>
        Assert.Contains(part, Assert.Throws<ModelException>(() => ModelFile<float>.Read(File(Meta, tensors, bytes))).Message);

    [Theory]
    [InlineData("'__metadata__' stands twice", Meta + "," + Meta)]
    [InlineData("metadata 'a' stands twice", "\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}")]
    [InlineData("metadata 'a' is a Number", "\"__metadata__\":{\"a\":1}")]
    [InlineData("no 'network'", "\"__metadata__\":{}")]
    [InlineData("version '3' found", "\"__metadata__\":{\"version\":\"3\"}")]
    [InlineData("did you mean 'units'", "\"__metadata__\":{\"network\":\"{\\\"inputs\\\":2,\\\"layers\\\":[{\\\"unit\\\":1}]}\"}")]
    [InlineData("'activation' is null", "\"__metadata__\":{\"network\":\"{\\\"inputs\\\":2,\\\"layers\\\":[{\\\"units\\\":1,\\\"activation\\\":null}]}\"}")]
    [InlineData("'loss' is null", "\"__metadata__\":{\"network\":\"{\\\"inputs\\\":2,\\\"layers\\\":[{\\\"units\\\":1,\\\"activation\\\":\\\"relu\\\"}],\\\"loss\\\":null}\"}")]
    public void MalformedMetadataAreRefused(string part, string metadata) =>
        Assert.Contains(part, Assert.Throws<ModelException>(() => ModelFile<float>.Read(File(metadata, Layers, 12))).Message);

    [Theory]
    [InlineData(100_000_001, 100_000_100)]
    [InlineData(1000, 20)]
    [InlineData(long.MaxValue, 20)]
    [InlineData(-1, 20)]
    public void HeadersThatAreTooLongAreNotRead(long announced, long bytes)
    {
        string path = Path.Combine(_folder, "long");
        using (FileStream stream = System.IO.File.Create(path))
        {
            byte[] prefix = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(prefix, announced);
            stream.Write(prefix);
            stream.SetLength(bytes + 8); // sparse
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("a header of", Assert.Throws<ModelException>(() => ModelFile<float>.Read(path)).Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void TheHashIsOfTheBytesAfterTheHeader()
    {
        string path = Path.Combine(_folder, "m.safetensors");
        string hash = new ModelFile<float>(new Network<float>(NetworkDefinition.Parse("3-4:relu-2:softmax"), Initializer.PyTorch)).Write(path);
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(4 * ((3 * 4) + 4 + (4 * 2) + 2), bytes.Length - 8 - header);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(8 + header))), hash);
    }

    [Fact]
    public void NonFiniteWeightsAreRefused()
    {
        string path = File(Meta, Layers, 12);
        byte[] bytes = System.IO.File.ReadAllBytes(path);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 12), float.NaN);
        System.IO.File.WriteAllBytes(path, bytes);
        Assert.Contains("'layers.1.weight', element 0: NaN", Assert.Throws<ModelException>(() => ModelFile<float>.Read(path)).Message);
        Assert.True(float.IsNaN(ModelFile<float>.Read(path, allowNonFinite: true).Network.Layers[0].GetWeight(0, 0)));
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFile()
    {
        string path = Path.Combine(_folder, "x");
        System.IO.File.WriteAllText(path, "old");
        Assert.Throws<DataException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", System.IO.File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    /// <summary>A file takes no device's place, and a link stays one.</summary>
    [Fact]
    public void WhatIsNoRegularFileIsNotReplaced()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no devices among its files");
        }

        Assert.True(AtomicFile.IsDevice("/dev/null"));
        Assert.True(AtomicFile.IsDevice("/dev/zero"));
        string empty = Path.Combine(_folder, "empty"), link = Path.Combine(_folder, "link"), real = Path.Combine(_folder, "real"), ring = Path.Combine(_folder, "ring"), device = Path.Combine(_folder, "device");
        System.IO.File.WriteAllText(empty, "");
        Assert.False(AtomicFile.IsDevice(empty));
        Assert.False(AtomicFile.IsDevice(real));

        System.IO.File.CreateSymbolicLink(link, "real");
        Assert.False(AtomicFile.IsDevice(link));
        foreach (byte content in new byte[] { 1, 2 })
        {
            AtomicFile.Write(link, stream => stream.WriteByte(content));
            Assert.Equal("real", new FileInfo(link).LinkTarget);
            Assert.Equal([content], System.IO.File.ReadAllBytes(real));
        }

        System.IO.File.CreateSymbolicLink(device, "/dev/null");
        Assert.True(AtomicFile.IsDevice(device));
        AtomicFile.Write(device, stream => stream.WriteByte(1));
        Assert.Equal("/dev/null", new FileInfo(device).LinkTarget);
        Assert.True(AtomicFile.IsDevice("/dev/null"));

        System.IO.File.CreateSymbolicLink(ring, "ring");
        Assert.Throws<DataException>(() => AtomicFile.Write(ring, stream => stream.WriteByte(1)));
        Assert.Equal("ring", new FileInfo(ring).LinkTarget);
        Assert.Equal(5, Directory.GetFileSystemEntries(_folder).Length);
    }

    private string File(string metadata, string tensors, int bytes)
    {
        byte[] header = Encoding.UTF8.GetBytes($"{{{metadata},{tensors}}}");
        byte[] file = new byte[8 + header.Length + bytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        string path = Path.Combine(_folder, "hand.safetensors");
        System.IO.File.WriteAllBytes(path, file);
        return path;
    }

    [Theory]
    [InlineData("4:tanh,layer_norm-2")]
    [InlineData("3:tanh,residual-2")]
    public void AFileOfVersionOneHasNoNorms(string layers)
    {
        var network = new Network<double>(NetworkDefinition.Parse($"3-{layers}"), Initializer.PyTorch, seed: 1);
        new ModelFile<double>(network).Write(Path.Combine(_folder, "m"));
        var file = SafeTensorsFile.Read(Path.Combine(_folder, "m"));
        Dictionary<string, string> metadata = new(file.Metadata, StringComparer.Ordinal) { ["version"] = "1" };
        Assert.Contains("version '1' found, '2' expected", Assert.Throws<ModelException>(() => ModelFile<double>.Read(new(file.Tensors, metadata), "m")).Message);
    }

    [Fact]
    public void WeightsBeyondFloatAreRefusedInFloat()
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh-2"), Initializer.PyTorch, seed: 1);
        network.Layers[1].SetBiases([1, 1e300]);
        string path = Path.Combine(_folder, "m");
        new ModelFile<double>(network).Write(path);
        ModelException error = Assert.Throws<ModelException>(() => ModelFile<float>.Read(path));
        Assert.Contains("tensor 'layers.2.bias', element 1: 1E+300 found, a number within float's range expected", error.Message);
        Assert.Equal(["Precision = double"], error.Settings);
        Assert.Equal(1e300, ModelFile<double>.Read(path).Network.Layers[1].GetBias(1));
    }

    [Theory]
    [InlineData("""[1]""", "the network: [1] found, an object expected")]
    [InlineData("""{"inputs":2,"layers":[{"units":2,"activation":3}]}""", "'activation': 3 found, a name expected")]
    [InlineData("""{"inputs":2,"layers":[{"units":2,"activation":"tanh","dropout":"x"}]}""", "'dropout': \"x\" found, a number expected")]
    [InlineData("""{"inputs":2,"layers":[{"units":2,"activation":"tanh","residual":1}]}""", "'residual': 1 found, true or false expected")]
    [InlineData("""{"inputs":2,"layers":[{"units":2,"activation":"tanh","norm":"layer","epsilon":"x"}]}""", "'epsilon': \"x\" found, a number expected")]
    [InlineData("""{"inputs":2,"loss":5,"layers":[{"units":2,"activation":"tanh"}]}""", "'loss': 5 found, a name expected")]
    [InlineData("""{"inputs":2,"layers":[}""", "'}' found at byte 22, JSON expected")]
    [InlineData("", "its end found at byte 0, JSON expected")]
    public void DescriptionsThatAreMalformedAreRefusedInOurWords(string network, string message)
    {
        string found = Assert.Throws<ModelException>(() => ModelFile<double>.Read(new([], new Dictionary<string, string>(StringComparer.Ordinal) { ["network"] = network }), "m")).Message;
        Assert.Contains(message, found);
        Assert.DoesNotContain("BytePositionInLine", found);
        Assert.DoesNotContain("requires an element", found);
    }
}
