using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

// MODEL.zip ROWS.csv COLUMN: a column of what the model says of the rows, numbers in full.
var ml = new MLContext();
ITransformer model = ml.Model.Load(args[0], out DataViewSchema _);
float[][] features = [.. File.ReadLines(args[1]).Select(line => Array.ConvertAll(line.Split(','), cell => float.Parse(cell, CultureInfo.InvariantCulture)))];
var schema = SchemaDefinition.Create(typeof(Row));
schema[0].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features[0].Length);
IDataView scored = model.Transform(ml.Data.LoadFromEnumerable(features.Select(row => new Row { Features = row }), schema));
if (scored.Schema[args[2]].Type is VectorDataViewType)
{
    foreach (float[] values in scored.GetColumn<float[]>(args[2]))
    {
        Console.WriteLine(string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
    }
}
else
{
    foreach (float value in scored.GetColumn<float>(args[2]))
    {
        Console.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));
    }
}

internal sealed class Row
{
    public float[] Features { get; set; } = [];
}
