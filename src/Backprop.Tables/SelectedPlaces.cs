namespace Backprop.Tables;

/// <summary>Of some of the rows.</summary>
internal sealed class SelectedPlaces(RowPlaces all, int[] rows) : RowPlaces
{
    public override string Of(int row) => all.Of(rows[row]);
}
