using System.Numerics;

namespace Backprop.Data;

/// <summary>Some rows of a data set, which are copied when they are asked for.</summary>
internal sealed class SelectedRows<T>(Dataset<T> data, int[] rows) : RowSource<T>(rows.Length, data.FeatureCount) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void CopyRows(ReadOnlySpan<int> selected, Span<T> to, int stride)
    {
        for (int n = 0; n < selected.Length; n++)
        {
            data.Row(rows[selected[n]]).CopyTo(to[(n * stride)..]);
        }
    }
}
