using System.Buffers.Binary;
using System.IO.Compression;
using Backprop.Interchange.Keras;
using Backprop.Interchange.NumPy;
using Backprop.Interchange.PyTorch;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Interchange;

/// <summary>Models of other programs, whatever the file is.</summary>
public static class ForeignFile
{
    /// <summary>What a file is: by its first bytes, or, where they say nothing, by its name.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static ForeignFormat FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (IsPipe(path))
            {
                return ByName(path); // what is read of a pipe is gone
            }

            if (Directory.Exists(WorkingFolder.Full(path)))
            {
                throw new DataException($"cannot read '{path}': it is a folder, a file expected");
            }

            using FileStream stream = File.OpenRead(WorkingFolder.Full(path));
            ForeignFormat format = ByContent(stream);
            return format != ForeignFormat.Unknown ? format : ByName(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException($"cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>Whether a path names a pipe or a device, which can be read once: ONNX is read of it, the other formats are read here and there.</summary>
    public static bool IsPipe(string path) => AtomicFile.IsDevice(WorkingFolder.Full(path));

    /// <summary>Reads a model of any format but ONNX, which the package Backprop.Onnx reads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What it is.</param>
    /// <param name="network">What network it holds, which a state_dict needs and others must fit; null: what they say.</param>
    /// <param name="loss">Its loss; null: the one that goes with its last layer.</param>
    /// <param name="map">The modules of a state_dict by the layers that they are.</param>
    /// <param name="notes">What is guessed, rounded or left out goes here.</param>
    /// <exception cref="ModelException">A file that cannot be taken: what in it, what was found, what was expected.</exception>
    /// <exception cref="UsageException">Something that must be said is not, or does not go together.</exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static ModelFile<float> Read(string path, ForeignFormat format, NetworkDefinition? network = null, Loss? loss = null, IReadOnlyDictionary<string, string>? map = null, Notes? notes = null)
    {
        if (map is not null && format != ForeignFormat.SafeTensors)
        {
            throw new UsageException($"a map of modules found, which belongs to the safetensors of a state_dict; '{path}' says itself what its layers are") { Settings = ["Map"] };
        }

        if (IsPipe(path))
        {
            throw new DataException($"cannot read '{path}': a pipe or a device found, a file expected: only ONNX is read of a pipe");
        }

        return format switch
        {
            ForeignFormat.SafeTensors => Fitted(StateDictImport.Read(path, network, map, notes)),
            ForeignFormat.Npz => NumPyImport.Read(path, network, loss, notes),
            ForeignFormat.Keras or ForeignFormat.Hdf5 => Fitted(KerasImport.Read(path, notes)),
            ForeignFormat.Pickle => throw Pickled(path),
            ForeignFormat.Onnx => throw new ModelException($"'{path}' is taken for ONNX, which OnnxImport of the package Backprop.Onnx reads"),
            _ => throw Unrecognised(path),
        };

        ModelFile<float> Fitted(Network<float> found) => new(NetworkFit.Apply(found, network, loss, path));
    }

    private static ForeignFormat ByContent(FileStream stream)
    {
        Span<byte> start = stackalloc byte[9];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        start = start[..length];
        if (start.StartsWith("PK"u8))
        {
            return ByEntries(stream);
        }

        return length > 1 && start[0] == 0x89 && start[1..].StartsWith("HDF"u8) ? ForeignFormat.Hdf5
            : length == 9 && start[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)stream.Length - 8 ? ForeignFormat.SafeTensors // first: its length may begin as a pickle does
            : length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5 ? ForeignFormat.Pickle
            : length > 1 && start[0] == 0x08 ? ForeignFormat.Onnx // field 1, ir_version, which every file has
            : ForeignFormat.Unknown;
    }

    private static ForeignFormat ByEntries(FileStream stream)
    {
        try
        {
            stream.Position = 0;
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            string[] names = [.. zip.Entries.Select(entry => entry.FullName)];
            return names.Contains(KerasImport.ConfigEntry, StringComparer.Ordinal) ? ForeignFormat.Keras
                : names.Any(name => name.EndsWith("data.pkl", StringComparison.Ordinal)) ? ForeignFormat.Pickle
                : names.Any(name => name.EndsWith(".npy", StringComparison.Ordinal)) ? ForeignFormat.Npz
                : ForeignFormat.Unknown;
        }
        catch (InvalidDataException)
        {
            return ForeignFormat.Unknown; // its reader says what is wrong, where its name tells which
        }
    }

    private static ForeignFormat ByName(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".onnx" => ForeignFormat.Onnx,
        ".safetensors" => ForeignFormat.SafeTensors,
        ".npz" => ForeignFormat.Npz,
        ".keras" => ForeignFormat.Keras,
        ".h5" or ".hdf5" => ForeignFormat.Hdf5,
        ".pt" or ".pth" or ".pkl" or ".pickle" or ".joblib" => ForeignFormat.Pickle,
        _ => ForeignFormat.Unknown,
    };

    /// <summary>What was found instead.</summary>
    private static ModelException Unrecognised(string path)
    {
        byte[] start = new byte[256];
        int length;
        try
        {
            using FileStream stream = File.OpenRead(WorkingFolder.Full(path));
            length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException($"cannot read '{path}': {error.Message}", error);
        }

        ReadOnlySpan<byte> found = start.AsSpan(0, length);
        string what = length == 0 ? "it is empty"
            : found[0] == 0x93 && found[1..].StartsWith("NUMPY"u8) ? "it is one array of NumPy; numpy.savez makes a .npz of several by their names"
            : found.StartsWith("PK"u8) ? "it is a zip file with neither arrays nor a model of Keras in it"
            : !found.ContainsAnyInRange((byte)0, (byte)8) && !found.Contains((byte)0x7f) ? "it is text"
            : $"it begins with the bytes {Convert.ToHexStringLower(found[..Math.Min(8, length)])}, as no known format does";
        return new($"'{path}' is not an ONNX file, nor safetensors, .npz, .keras or .h5, of which one is expected: {what}");
    }

    private static ModelException Pickled(string path)
    {
        string name = Path.GetFileName(path), safe = Path.ChangeExtension(name, ".safetensors");
        safe = safe == name ? Path.ChangeExtension(name, ".weights.safetensors") : safe; // its own input is not to be overwritten
        return new($"'{path}' is a pickle, in which programs can be, and is not opened. Of PyTorch's weights this makes safetensors: python3 -c \"import torch, safetensors.torch; safetensors.torch.save_file(torch.load('{name}', map_location='cpu', weights_only=True), '{safe}')\"; of scikit-learn's, numpy.savez makes arrays (docs/export.md)");
    }
}
