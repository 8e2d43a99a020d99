namespace Backprop.Tables.Reading;

/// <summary>The rows of several files, counted within each.</summary>
internal sealed class JoinedPlaces(Table[] tables) : RowPlaces
{
    private readonly (int Rows, string Source, RowPlaces? Places)[] _files = Array.ConvertAll(tables, table => (table.Rows, table.Source, table.Places));

    public override string Of(int row)
    {
        int n = 0;
        for (; row >= _files[n].Rows; n++)
        {
            row -= _files[n].Rows;
        }

        return _files[n].Places?.Of(row) ?? $"'{_files[n].Source}', row {row}";
    }
}
