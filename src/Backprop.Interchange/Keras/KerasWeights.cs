using System.Globalization;
using PureHDF;

namespace Backprop.Interchange.Keras;

/// <summary>The numbers of a model's layers in HDF5.</summary>
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

    /// <summary>Step by step: what is not there has nothing below it.</summary>
    private bool Exists(string path)
    {
        string[] steps = path.Split('/');
        return Enumerable.Range(1, steps.Length).All(count => root.LinkExists(string.Join('/', steps[..count])));
    }

    private ForeignTensor Read(string path)
    {
        if (!Exists(path))
        {
            throw new ModelException($"'{source}': no tensor '{path}' found");
        }

        IH5Dataset dataset = root.Dataset(path);
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
