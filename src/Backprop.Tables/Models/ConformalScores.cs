using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Backprop.Data;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>
/// How far the model was off on n rows that it had not learned from: of folds each row by the network that had not seen it, else the validation rows. By the
/// ⌈(n + 1) c⌉-th smallest score q an interval y ± q, or the set of the likeliest label and all with 1 − p ≤ q, holds the truth of a new row of the same kind with a chance of at least c, whatever
/// the model is worth (split conformal prediction); of folds the mean of all networks is predicted in place of one, which is usually a little closer, so that a little more is held. Where the likeliest label is right more often than c, sets are of one label and hold more than was asked for. That the rows also chose the epoch and the temperature is
/// little against them where there are many; of few it is not (<see cref="Doubt"/>). Rows count by their weights, and for so many as (Σw)²/Σw² (Kish 1965). Kept in model files under <c>conformal</c>: all scores in order, or of more than 1000 rows 1000 of them, rounded up to float, so that coverage is at most .001 more.
/// </summary>
/// <remarks>
/// V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005; V. Vovk, Cross-conformal predictors, 2015, doi:10.1007/s10472-013-9368-4; the sets are LAC, the smallest on average:
/// M. Sadinle, J. Lei, L. Wasserman, Least ambiguous set-valued classifiers with bounded error levels, 2019, doi:10.1080/01621459.2017.1395341.
/// </remarks>
/// <example>Nine rows with the scores 1 to 9 and c = 0.9: ⌈10 · 0.9⌉ = 9, q = 9. Of 0.95 nine rows know nothing: 19 are needed.</example>
public sealed class ConformalScores
{
    /// <summary>So many scores at most are kept of a target.</summary>
    public const int Most = 1000;

    private readonly float[][] _scores; // of each target, ascending

    private ConformalScores(ConformalKind kind, int rows, bool areOutOfFold, float[][] scores) => (Kind, Rows, AreOutOfFold, _scores) = (kind, rows, areOutOfFold, scores);

    /// <summary>What they are.</summary>
    public ConformalKind Kind { get; }

    /// <summary>The rows that they are of, n: where they weigh differently (Σw)²/Σw², rounded down.</summary>
    public int Rows { get; }

    /// <summary>Whether each row was predicted by the network that had not learned it; else all by all that had not.</summary>
    public bool AreOutOfFold { get; }

    /// <summary>The scores that are kept of a target, ascending; of classes of the only one.</summary>
    public IReadOnlyList<float> Of(int target) => _scores[target];

    /// <summary>The least score that a part of the rows is not above: the ⌈(n + 1) c⌉-th smallest.</summary>
    /// <param name="target">Which target; of classes 0.</param>
    /// <param name="coverage">c.</param>
    /// <exception cref="UsageException">Not between 0 and 1, or n rows are too few to know it of.</exception>
    public double Quantile(int target, double coverage)
    {
        double rank = Math.Ceiling(((Rows + 1.0) * InRange(coverage)) - 1e-9); // 10 · 0.9 is 9, however it is rounded
        if (rank > Rows)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"a coverage of {coverage} takes {Math.Ceiling((coverage / (1 - coverage)) - 1e-9)} rows that the model has not learned from, it has {Rows}: at most {Math.Floor(1000.0 * Rows / (Rows + 1)) / 1000} can be asked for")) { Settings = ["Coverage"] };
        }

        float[] kept = _scores[target];
        return kept[(int)Math.Floor((rank - 1) * kept.Length / Rows)];
    }

    /// <summary>What is to be said of intervals and sets by few rows; null: nothing.</summary>
    internal Note? Doubt => Rows >= Few ? null : new(string.Create(CultureInfo.InvariantCulture, $"intervals and sets are by {Rows} rows, which chose the epochs as well: of so few a coverage of .9 has been found to hold .82 to .89 of new rows"), IsLoss: false, "Coverage");

    private const int Few = 250;

    /// <summary>A coverage that can be asked for.</summary>
    /// <exception cref="UsageException">Not between 0 and 1.</exception>
    internal static double InRange(double coverage) => coverage > 0 && coverage < 1
        ? coverage
        : throw new UsageException($"a coverage above 0 and below 1 expected, {coverage.ToString(CultureInfo.InvariantCulture)} found") { Settings = ["Coverage"] };

    /// <summary>The scores of rows; null: such outputs have none (several flags in a row, scores of classes that are no probabilities, quantiles but the median), or no row counts.</summary>
    internal static ConformalScores? Of<T>(OutputReader<T> outputs, Dataset<T> rows, TargetColumns? target, bool areOutOfFold) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = outputs.Network;
        bool areClasses = Predictions.AreClasses(network, target);
        if (!AreOf(network, target))
        {
            return null;
        }

        int values = network.ValueCount;
        var predictions = Predictions.Of(outputs, rows.Rows, target, Predictions.ExposuresOf(network, rows.Targets));
        int[] counted = [.. Enumerable.Range(0, rows.Rows).Where(row => rows.SampleWeights is null || rows.SampleWeights[row] > T.Zero)];
        double Value(int row, int of) => target?.Unscale(of, double.CreateTruncating(rows.Targets[row, of])) ?? double.CreateTruncating(rows.Targets[row, of]);
        int Class(int row) => rows.Targets.AreClasses ? rows.Targets.ClassIndices[row] : rows.Targets[row, 0] == T.One ? 1 : 0;
        double[][] scores = areClasses
            ? [[.. counted.Select(row => 1 - predictions.ScoreOf(row, Class(row)))]]
            : [.. Enumerable.Range(0, values).Select(of => counted.Select(row => Math.Abs(Value(row, of) - predictions.ValueOf(row, of)) / predictions.SpreadOf(row, of, KindOf(network))).ToArray())];
        if (counted.Length == 0 || scores.Any(one => one.Any(double.IsNaN)))
        {
            return null;
        }

        double[] weights = [.. counted.Select(row => rows.SampleWeights is null ? 1 : double.CreateTruncating(rows.SampleWeights[row]))];
        double most = weights.Max(), sum = weights.Sum(weight => weight / most);
        int worth = Math.Max(1, (int)((sum * sum / weights.Sum(weight => weight / most * (weight / most))) + 1e-9));
        return new(areClasses ? ConformalKind.Improbability : KindOf(network), worth, areOutOfFold, [.. scores.Select(one => Kept(one, weights, worth))]);
    }

    /// <summary>Whether a model's outputs can have scores: values, or probabilities of classes.</summary>
    internal static bool AreOf(NetworkDefinition network, TargetColumns? target) =>
        Predictions.AreClasses(network, target) ? network.OutputMeaning.IsProbability() : target?.Kind != TargetKind.Flags && !ModelRows.IsClassifier(network) && !IsOffCentre(network);

    /// <summary>Whether a quantile other than the median is predicted: it is the end of an interval, not its middle.</summary>
    internal static bool IsOffCentre(NetworkDefinition network) => network.OutputMeaning == OutputMeaning.Quantile && network.Loss.Parameter is { } tau && tau != 0.5;

    /// <summary>Of values.</summary>
    internal static ConformalKind KindOf(NetworkDefinition network) => network.OutputMeaning switch
    {
        OutputMeaning.MeanAndLogVariance => ConformalKind.Deviations,
        OutputMeaning.LogRate => ConformalKind.RootOfRate,
        _ => ConformalKind.Absolute,
    };

    /// <summary>In order, of each n/kept of the weight the score that it is reached at: of rows that weigh the same all scores, of many every n/1000-th, rounded up.</summary>
    private static float[] Kept(double[] scores, double[] ofRows, int worth)
    {
        double[] weights = [.. ofRows];
        Array.Sort(scores, weights);
        float[] kept = new float[Math.Min(Most, worth)];
        double all = weights.Sum(), below = 0;
        int at = -1;
        for (int n = 0; n < kept.Length; n++)
        {
            while (at < 0 || (below < all * (n + 1) / kept.Length * (1 - 1e-12) && at < scores.Length - 1))
            {
                below += weights[++at];
            }

            kept[n] = (float)scores[at] is var near && near < scores[at] ? MathF.BitIncrement(near) : near;
        }

        return kept;
    }

    /// <summary>As JSON.</summary>
    internal string Write()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("kind", Name(Kind));
            json.WriteNumber("rows", Rows);
            json.WriteBoolean("out_of_fold", AreOutOfFold);
            json.WriteStartArray("scores");
            foreach (float[] scores in _scores)
            {
                json.WriteStartArray();
                foreach (float score in scores)
                {
                    json.WriteNumberValue(Math.Min(score, float.MaxValue)); // JSON knows no infinity
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="network">The model's.</param>
    /// <param name="target">The model's.</param>
    /// <exception cref="ModelException">Not such scores, or not of such a model.</exception>
    internal static ConformalScores Read(string text, NetworkDefinition network, TargetColumns? target)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            string name = root.GetProperty("kind").GetString() ?? "";
            bool areClasses = Predictions.AreClasses(network, target);
            ConformalKind kind = areClasses ? ConformalKind.Improbability : KindOf(network);
            int rows = root.GetProperty("rows").GetInt32(), columns = areClasses ? 1 : network.ValueCount;
            float[][] scores = [.. root.GetProperty("scores").EnumerateArray().Select(one => one.EnumerateArray().Select(score => score.GetSingle()).ToArray())];
            return name != Name(kind) ? throw new ModelException($"the model's conformal scores are of kind '{name}', '{Name(kind)}' expected of {network} with loss {network.Loss}")
                : rows < 1 || scores.Length != columns || scores.Any(one => one.Length != Math.Min(rows, Most) || !one.All(float.IsFinite) || one.Any(score => score < 0) || !one.SequenceEqual(one.Order()))
                ? throw new ModelException($"the model's conformal scores do not fit together: {columns} times {Math.Min(Math.Max(rows, 1), Most)} numbers of at least 0 in ascending order expected")
                : new(kind, rows, root.GetProperty("out_of_fold").GetBoolean(), scores);
        }
        catch (JsonException error)
        {
            throw new ModelException($"the model's conformal scores cannot be read: {JsonFault.Of(error, text)}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelException($"the model's conformal scores cannot be read: {error.Message}", error);
        }
    }

    private static string Name(ConformalKind kind) => kind switch
    {
        ConformalKind.Deviations => "deviations",
        ConformalKind.RootOfRate => "root_of_rate",
        ConformalKind.Improbability => "improbability",
        _ => "absolute",
    };
}
