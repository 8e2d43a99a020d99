namespace Backprop.Tables.Reading;

/// <summary>The rows of several files, counted within each.</summary>
internal sealed class JoinedPlaces(Table[] tables) : RowPlaces
{
    public override string Of(int row)
    {
        int n = 0;
        for (; row >= tables[n].Rows; n++)
        {
            row -= tables[n].Rows;
        }

        return tables[n].Place(row);
    }
}
