using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Passes;
using Backprop.Propagation.Schedules;

namespace Backprop.Propagation;

/// <summary>
/// A step without its second half, for one call at a time. Many rows are shared out in blocks; of few rows each thread takes some units of
/// every large layer, so that its part of the weights stays in its cache.
/// </summary>
internal sealed unsafe class PredictionPlan<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rows of a thread at a time.</summary>
    private const int BlockRows = 96;

    /// <summary>So few rows are not shared out, but the units of a layer.</summary>
    private const int FewRows = 8;

    /// <summary>Multiplications below which several threads cost more than they bring.</summary>
    private const long WorthThreads = 20_000;

    private readonly Network<T> _network;
    private readonly WorkerTeam _team;
    private readonly bool _ownsTeam;
    private readonly Samples<T> _samples;
    private readonly Rows _in, _out;
    private readonly Phase _predict, _predictPreActivations, _evaluate, _evaluatePreActivations;
    private readonly (Phase Phase, long Work)[] _byUnits, _byUnitsPreActivations;

    /// <param name="network">The network.</param>
    /// <param name="threads">The threads that share the work of a call.</param>
    /// <param name="shared">Those threads, where somebody has them already: they are tried, as his steps try them; null: new ones.</param>
    public PredictionPlan(Network<T> network, int threads, WorkerTeam? shared = null)
    {
        _network = network;
        _samples = new(network.Definition, BlockRows * threads, passesOverWeightless: false);
        Half half = VectorPaths.Dispatch(VectorPaths.Current, new Maker(network, _samples, threads));
        (_in, _out) = (new(half.Input, network.Definition.Inputs), new(half.Output, network.Definition.Outputs));
        Pass copyIn = new CopyIn(_in), copyOut = new CopyOut(_out), gather = new GatherPass<T>(_samples, half.Input);
        _predict = new SamplePhase([copyIn, .. half.Forward, half.Outputs, copyOut]);
        _predictPreActivations = new SamplePhase([copyIn, .. half.Forward, copyOut]);
        _evaluate = new SamplePhase([gather, .. half.Forward, half.Losses, copyOut]);
        _evaluatePreActivations = new SamplePhase([gather, .. half.Forward, copyOut, half.Losses]); // Y takes the place of P_N with the losses
        (Phase, long)[] layers = [.. half.Forward.Select(pass => ((Phase)new SharePhase(pass, Layout.PanelWidth<T>()), pass.Reach == Reach.Panel ? pass.Work : 0))];
        _byUnits = [(new SamplePhase([copyIn]), 0), .. layers, (new SamplePhase([half.Outputs, copyOut]), 0)];
        _byUnitsPreActivations = [(new SamplePhase([copyIn]), 0), .. layers, (new SamplePhase([copyOut]), 0)];
        (_team, _ownsTeam) = (shared ?? new(threads), shared is null); // last: threads that have begun want to be ended
        Dealer = new(_team, shared is null ? null : StepPlan<T>.TrialFor(network.Definition, BlockRows * threads, shared));
    }

    /// <summary>Shares out what is done with the outputs too.</summary>
    public Dealer Dealer { get; }

    /// <summary>y of rows of features, or p_N.</summary>
    public void Predict(ReadOnlySpan<T> features, Span<T> outputs, int rows, bool preActivations, int firstRow)
    {
        fixed (T* from = features, to = outputs)
        {
            _in.First = from;
            _out.First = to;
            if (rows <= FewRows)
            {
                Number(firstRow, rows);
                foreach ((Phase phase, long work) in preActivations ? _byUnitsPreActivations : _byUnits)
                {
                    Dealer.Run(phase, rows, alone: rows * work < WorthThreads);
                }

                return;
            }

            for (int start = 0, count; start < rows; start += count)
            {
                count = Math.Min(rows - start, BlockRows * _team.Count);
                Number(firstRow + start, count);
                Run(preActivations ? _predictPreActivations : _predict, count);
                _in.First += (nint)count * _network.Definition.Inputs;
                _out.First += (nint)count * _network.Definition.Outputs;
            }
        }
    }

    /// <summary>The mean loss over data, and y of every row, or p_N.</summary>
    public double Evaluate(Dataset<T> data, Span<T> outputs, bool preActivations)
    {
        var order = RowPermutation.FileOrder(data.Rows);
        double loss = 0, weights = BatchScales.Sum(data, order, 0, data.Rows);
        fixed (T* to = outputs)
        {
            _out.First = to;
            for (int start = 0, count; start < data.Rows; start += count)
            {
                count = Math.Min(data.Rows - start, BlockRows * _team.Count);
                _samples.Begin(data, new(order, start, count, weights));
                Dealer.BeginStep();
                Run(preActivations ? _evaluatePreActivations : _evaluate, count);
                loss = _samples.AddLosses(loss, count);
                _out.First += (nint)count * _network.Definition.Outputs;
            }
        }

        return loss;
    }

    public void Dispose()
    {
        if (_ownsTeam)
        {
            _team.Dispose();
        }
    }

    /// <summary>Rows of the caller's are numbered where what makes x₀ of them can refuse one.</summary>
    private void Number(int first, int count)
    {
        for (int sample = 0; !_network.Definition.InputParts.IsEmpty && sample < count; sample++)
        {
            _samples.Rows[sample] = first + sample;
        }
    }

    private void Run(Phase phase, int rows) => Dealer.Run(phase, rows, alone: rows * _network.Definition.ParameterCount < WorthThreads);

    /// <summary>Rows of the caller's, and the matrix that they are copied from or to.</summary>
    private sealed class Rows(BatchMatrix<T> matrix, int width)
    {
        public T* First { get; set; }

        public T* OfCaller(int sample) => First + ((nint)sample * width);

        public T* OfMatrix(int sample) => matrix.Row(sample);

        public int Width => width;
    }

    private sealed class CopyIn(Rows rows) : Pass
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(int thread, int unit, int endUnit, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                RowCopy.Run(rows.OfCaller(sample), rows.OfMatrix(sample), rows.Width);
            }
        }
    }

    private sealed class CopyOut(Rows rows) : Pass
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Run(int thread, int unit, int endUnit, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                RowCopy.Run(rows.OfMatrix(sample), rows.OfCaller(sample), rows.Width);
            }
        }
    }

    /// <summary>The passes, bound to vectors.</summary>
    private sealed record Half(BatchMatrix<T> Input, Pass[] Forward, BatchMatrix<T> Output, Pass Outputs, Pass Losses);

    private sealed class Maker(Network<T> network, Samples<T> samples, int threads) : IVectorVisitor<T, Half>
    {
        public Half Visit<V>() where V : unmanaged, ILanes<V, T>
        {
            NetworkDefinition definition = network.Definition;
            var input = new InputPlan<T, V>(network, samples, hasBackward: false, threads);
            LayerPlan<T, V>[] layers = LayerPlan<T, V>.Chain(network, samples, input.Output, threads);
            Pass Output(OutputStage stage) => new OutputPass<T, V>(definition, samples, definition.Loss.Bind<V>(definition.Layers[^1].Activation), layers[^1].Output, null, stage, threads);
            return new(
                input.Rows,
                [.. input.Forward, .. layers.SelectMany((layer, index) => layer.Forward(network, index == 0 ? input.Output : layers[index - 1].Output))],
                layers[^1].Output, Output(OutputStage.Outputs), Output(OutputStage.Losses));
        }
    }
}
