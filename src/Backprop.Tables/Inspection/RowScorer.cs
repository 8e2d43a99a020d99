using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tables.Inspection;

/// <summary>Who predicts a row: all networks together, or the one that has not learned from it.</summary>
internal abstract class RowScorer<T>(NetworkDefinition definition) : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public NetworkDefinition Definition => definition;

    /// <summary>What is said of rows.</summary>
    /// <param name="features">[Rows×Inputs]: their own, or what is put in their place.</param>
    /// <param name="rows">Which rows of the data they are.</param>
    public abstract OutputReader<T> Score(ReadOnlySpan<T> features, ReadOnlySpan<int> rows);

    public abstract void Dispose();

    /// <summary>All networks together.</summary>
    public static RowScorer<T> Of(Ensemble<T> ensemble, int threads) => new Together(ensemble, threads);

    /// <summary>Each row by one network, whose logits have the temperature of all.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="memberOf">Which of them predicts each row of the data.</param>
    /// <param name="temperature">What logits are divided by.</param>
    /// <param name="threads">Threads at most.</param>
    public static RowScorer<T> Of(IReadOnlyList<Network<T>> networks, int[] memberOf, double temperature, int threads) => new Apart(networks, memberOf, temperature, threads);

    private sealed class Together(Ensemble<T> ensemble, int threads) : RowScorer<T>(ensemble.Definition)
    {
        private readonly EnsemblePredictor<T> _predictor = new(ensemble, threads);

        public override OutputReader<T> Score(ReadOnlySpan<T> features, ReadOnlySpan<int> rows)
        {
            var mean = new T[ArraySize.Of(rows.Length, Definition.Outputs, "outputs")];
            _predictor.PredictMean(features, mean);
            return new(Definition, mean, _predictor.MeansAreOutputs);
        }

        public override void Dispose() => _predictor.Dispose();
    }

    private sealed class Apart(IReadOnlyList<Network<T>> networks, int[] memberOf, double temperature, int threads) : RowScorer<T>(networks[0].Definition)
    {
        private readonly Predictor<T>[] _predictors = [.. networks.Select(network => new Predictor<T>(network, threads))];
        private readonly T _divisor = T.CreateTruncating(temperature);

        public override OutputReader<T> Score(ReadOnlySpan<T> features, ReadOnlySpan<int> rows)
        {
            (int inputs, int width) = (Definition.Inputs, Definition.Outputs);
            var all = new T[ArraySize.Of(rows.Length, width, "outputs")];
            var own = new List<int>(rows.Length);
            for (int member = 0; member < _predictors.Length; member++)
            {
                own.Clear();
                for (int n = 0; n < rows.Length; n++)
                {
                    if (memberOf[rows[n]] == member)
                    {
                        own.Add(n);
                    }
                }

                T[] x = new T[own.Count * inputs], y = new T[own.Count * width];
                for (int n = 0; n < own.Count; n++)
                {
                    features.Slice(own[n] * inputs, inputs).CopyTo(x.AsSpan(n * inputs));
                }

                _predictors[member].PredictPreActivations(x, y);
                for (int n = 0; n < y.Length; n++)
                {
                    all[(own[n / width] * width) + (n % width)] = temperature == 1 ? y[n] : y[n] / _divisor;
                }
            }

            return new(Definition, all);
        }

        public override void Dispose()
        {
            foreach (Predictor<T> predictor in _predictors)
            {
                predictor.Dispose();
            }
        }
    }
}
