using Backprop.Data;

namespace Backprop.Bench.Cases;

/// <summary>
/// Random rows that fit a network. Every row of features stands twice, with another target: no network can fit them all, so that gradients
/// do not fade into subnormal numbers, however long a measurement trains.
/// </summary>
internal static class RandomData
{
    public static Dataset<T> For<T>(TrainingCase which, int rows) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int inputs = which.Definition.Inputs, outputs = which.Definition.Outputs;
        var random = new Random(1);
        var features = new T[rows * inputs];
        int half = rows / 2 * inputs;
        Fill(random, features.AsSpan(half));
        features.AsSpan(half, half).CopyTo(features);
        if (which.HasClasses)
        {
            return new(rows, inputs, features, Targets<T>.Classes([.. Enumerable.Range(0, rows).Select(_ => random.Next(outputs))], outputs));
        }

        var values = new T[rows * outputs];
        Fill(random, values);
        return new(rows, inputs, features, Targets<T>.Values(values, outputs));
    }

    /// <summary>Numbers from −1 to 1.</summary>
    public static void Fill<T>(Random random, Span<T> values) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = T.CreateTruncating((2 * random.NextDouble()) - 1);
        }
    }
}
