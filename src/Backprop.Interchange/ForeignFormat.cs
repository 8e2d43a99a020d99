namespace Backprop.Interchange;

/// <summary>What a file of another program is.</summary>
public enum ForeignFormat
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>ONNX.</summary>
    Onnx,

    /// <summary>safetensors.</summary>
    SafeTensors,

    /// <summary>NumPy's arrays in a zip file.</summary>
    Npz,

    /// <summary>Keras's <c>.keras</c>.</summary>
    Keras,

    /// <summary>HDF5, as Keras wrote before.</summary>
    Hdf5,

    /// <summary>Python's pickle, in which programs can be.</summary>
    Pickle,
}
