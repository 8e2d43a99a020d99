using Backprop.Tables;
using Microsoft.ML;

namespace Backprop.MLNet;

/// <summary>Labels as rows come, one at a time.</summary>
internal abstract class LabelReader
{
    /// <summary>What classes are called, in the order of scores; null: they are values.</summary>
    public virtual IReadOnlyList<string>? Labels => null;

    /// <summary>Reads from a cursor's rows.</summary>
    public abstract void Begin(DataViewRow row);

    /// <summary>Takes the present row's. False: it has none.</summary>
    public abstract bool Take();

    /// <summary>All that were taken.</summary>
    public abstract Column Column(string name);
}
