namespace Backprop.Tables.Reading;

/// <summary>The rows of a JSON file, with their lines.</summary>
internal sealed class JsonPlaces(JsonFile file) : RowPlaces
{
    public override string Of(int row) => file.Place(row);
}
