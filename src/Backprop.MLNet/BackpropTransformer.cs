using Backprop.Tables;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet;

/// <summary>
/// A trained model in a pipeline. ML.NET lets nobody else write a kind of its own into its file, so it is saved as what it consists of: an ONNX graph in ML.NET's transformer
/// for those, and columns copied; who loads it needs <c>Microsoft.ML.OnnxTransformer</c>, <c>Microsoft.ML.OnnxRuntime</c> and this library beside the program, and gets a chain of these.
/// </summary>
public sealed class BackpropTransformer : ITransformer, IDisposable
{
    private readonly ITransformer _parts;

    internal BackpropTransformer(TabularModel model, IReadOnlyList<Note> notes, ITransformer parts) => (Model, Notes, _parts) = (model, notes, parts);

    /// <summary>The model itself, to be saved as safetensors, explained and evaluated beyond what ML.NET does.</summary>
    public TabularModel Model { get; }

    /// <summary>What was guessed, dropped or is odd about the rows.</summary>
    public IReadOnlyList<Note> Notes { get; }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => _parts.IsRowToRowMapper;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _parts.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => _parts.GetRowToRowMapper(inputSchema);

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => _parts.Transform(input);

    /// <summary>Closes ONNX Runtime's session, and deletes the file that ML.NET keeps for it.</summary>
    public void Dispose() => (_parts as IDisposable)?.Dispose();

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => _parts.Save(ctx);
}
