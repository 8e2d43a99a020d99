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
    [InlineData("hole at the end", Layers, 16)]
    [InlineData("cut off", Layers, 8)]
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
}
