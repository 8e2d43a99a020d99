using System.Globalization;
using System.Runtime.CompilerServices;
using PureHDF;
using PureHDF.VOL.Native;

namespace Backprop.Interchange.Keras;

/// <summary>
/// The numbers of a model's layers in HDF5. An HDF5 file can have them in any other file of the disk (external storage, virtual datasets, external links), which PureHDF follows: here they lie in the
/// model's own, or are refused.
/// </summary>
/// <param name="root">The file.</param>
/// <param name="source">Its name, for messages.</param>
/// <param name="most">The most bytes that a tensor may have.</param>
internal sealed class KerasWeights(IH5Group root, string source, long most)
{
    /// <summary>Where layers lie: in Keras 3, and in TensorFlow's Keras 2.12 to 2.15.</summary>
    private static readonly string[] s_groups = ["layers", "_layer_checkpoint_dependencies"];

    /// <summary>A layer's tensors in their order.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="names">What they are, as many as there must be.</param>
    /// <exception cref="ModelException">Others are there.</exception>
    public IReadOnlyList<ForeignTensor> Of(KerasLayer layer, params IReadOnlyList<string> names)
    {
        string[] paths = root.LinkExists("model_weights") ? Legacy(layer) : Variables(layer);
        return paths.Length == names.Count ? [.. paths.Select(Read)]
            : throw new ModelException($"'{source}', {layer}: {paths.Length} tensors found, {names.Count} expected ({string.Join(", ", names)})");
    }

    private string[] Variables(KerasLayer layer)
    {
        string? group = s_groups.SelectMany(all => new[] { $"{all}/{layer.Group}/vars", $"{all}/{layer.Name}/vars" }).FirstOrDefault(Exists);
        return group is null ? throw new ModelException($"'{source}', {layer}: no group '{s_groups[0]}/{layer.Group}/vars' with its weights found")
            : [.. Enumerable.Range(0, root.Group(group).Children().Count()).Select(n => string.Create(CultureInfo.InvariantCulture, $"{group}/{n}"))];
    }

    private string[] Legacy(KerasLayer layer)
    {
        string group = $"model_weights/{layer.Name}";
        const string names = "weight_names";
        if (Exists(group) && (!root.Group(group).AttributeExists(names) || root.Group(group).Attribute(names).Space.Dimensions.Contains(0UL)))
        {
            return []; // h5py writes no texts as no numbers
        }

        return Exists(group) ? [.. root.Group(group).Attribute(names).Read<string[]>().Select(name => $"{group}/{name.TrimEnd('\0')}")]
            : throw new ModelException($"'{source}', {layer}: no group '{group}' with its weights found");
    }

    /// <summary>Step by step: what is not there has nothing below it, and what a link finds in another file is not looked into.</summary>
    private bool Exists(string path)
    {
        string[] steps = path.Split('/');
        return Enumerable.Range(1, steps.Length).Select(count => string.Join('/', steps[..count])).All(part => root.LinkExists(part) && IsWithin(part));
    }

    private bool IsWithin(string path) => root.Get(path) is not NativeObject found || ReferenceEquals(Context(found), Context((NativeObject)root)) ? true : throw Elsewhere(path, "a link");

    private ModelException Elsewhere(string path, string how) => new($"'{source}', '{path}': {how} into another file found, numbers within this one expected");

    /// <summary>The file that an object is of.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Context")]
    [return: UnsafeAccessorType("PureHDF.VOL.Native.NativeReadContext, PureHDF")]
    private static extern object Context(NativeObject found);

    /// <summary>The files that have a dataset's numbers; null: its own.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InternalExternalFileList")]
    [return: UnsafeAccessorType("PureHDF.VOL.Native.ExternalFileListMessage, PureHDF")]
    private static extern object? ExternalFiles(NativeDataset dataset);

    private ForeignTensor Read(string path)
    {
        if (!Exists(path))
        {
            throw new ModelException($"'{source}': no tensor '{path}' found");
        }

        IH5Dataset dataset = root.Dataset(path);
        if (dataset.Layout.Class == H5DataLayoutClass.VirtualStorage || ExternalFiles((NativeDataset)dataset) is not null)
        {
            throw Elsewhere(path, dataset.Layout.Class == H5DataLayoutClass.VirtualStorage ? "a virtual dataset, which may lead" : "external storage, which leads");
        }

        ulong[] sizes = dataset.Space.Dimensions;
        UInt128 bytes = sizes.Aggregate((UInt128)sizeof(double), (product, size) => product * size);
        if (sizes.Length is < 1 or > 2 || sizes.Any(size => size is 0 or > int.MaxValue) || bytes > (ulong)most)
        {
            throw new ModelException($"'{source}', tensor '{path}': sizes {string.Join('×', sizes)} found, a matrix or a vector that the file can hold expected");
        }

        double[] values = (dataset.Type.Class, dataset.Type.Size) switch
        {
            (H5DataTypeClass.FloatingPoint, 4) => Array.ConvertAll(Flat<float>(dataset, bytes), value => (double)value),
            (H5DataTypeClass.FloatingPoint, 8) => Flat<double>(dataset, bytes),
            _ => throw new ModelException($"'{source}', tensor '{path}': elements of {dataset.Type.Class}, {dataset.Type.Size} bytes each, found, numbers of 32 or 64 bits expected"),
        };
        return new(path, [.. sizes.Select(size => (long)size)], values, dataset.Type.Size == 8);
    }

    /// <summary>Row-major.</summary>
    private static T[] Flat<T>(IH5Dataset dataset, UInt128 bytes) where T : unmanaged
    {
        T[] values = new T[(int)(bytes / sizeof(double))];
        dataset.Read(values);
        return values;
    }
}
