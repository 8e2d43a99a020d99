#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Backprop.Tables/Backprop.Tables.csproj
// One model, shared by all requests. Here eight clients of its own ask at once; without them it would serve on.   dotnet run samples/web-api.cs
using System.Text.Json.Serialization;
using Backprop.Data;
using Backprop.Tables;
using Backprop.Tables.Reading;

using Stream iris = EmbeddedData.OpenCsv("iris");
var table = TableReader.ReadCsv(iris, "iris");
var model = TabularModel.Train(table, "species");

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0"); // any free port
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, Shapes.Default));
await using WebApplication app = builder.Build();
app.MapPost("/predict", (Flower flower) =>
{
    Prediction prediction = model.Predict(flower);
    return new Answer(prediction.Label, prediction.Probabilities[prediction.Label]);
});
await app.StartAsync();

// Every answer must be, to the last bit, what the model says of the same row by itself.
Flower[] flowers = [.. Enumerable.Range(0, table.Rows).Select(row => new Flower(Cell("sepal_length", row), Cell("sepal_width", row), Cell("petal_length", row), row % 10 == 0 ? null : Cell("petal_width", row)))];
Answer[] expected = [.. model.PredictAll(flowers).Select(prediction => new Answer(prediction.Label, prediction.Probabilities[prediction.Label]))];
using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
int[] wrong = await Task.WhenAll(Enumerable.Range(0, 8).Select(async first =>
{
    int differences = 0;
    for (int n = 0; n < flowers.Length; n++)
    {
        int row = (first * 19 + n) % flowers.Length;
        using HttpResponseMessage response = await client.PostAsJsonAsync("/predict", flowers[row], Shapes.Default.Flower);
        differences += await response.Content.ReadFromJsonAsync(Shapes.Default.Answer) == expected[row] ? 0 : 1;
    }

    return differences;
}));
await app.StopAsync();
Console.WriteLine($"{8 * flowers.Length} answers for 8 clients, {wrong.Sum()} differ from Predict");
return wrong.Sum() == 0 ? 0 : 1;

double Cell(string column, int row) => table.Find(column)!.Numbers[row];

internal sealed record Flower(double sepal_length, double sepal_width, double petal_length, double? petal_width);

internal sealed record Answer(string Species, double Probability);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Flower))]
[JsonSerializable(typeof(Answer))]
internal sealed partial class Shapes : JsonSerializerContext;
