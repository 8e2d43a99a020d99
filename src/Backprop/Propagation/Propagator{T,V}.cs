using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The passes on vectors <typeparamref name="V"/>.</summary>
internal sealed unsafe class Propagator<T, V> : Propagator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly ActivationKernel<V>[] _activations;
    private readonly OutputKernel<V> _output;
    private readonly AlignedBuffer<T>[] _scratchOfThread;
    private readonly NarrowPass<T, V>[] _narrowOfThread;

    public Propagator(Network<T> network, Workspace<T> workspace, int threads, int narrowSamples) : base(network, workspace)
    {
        NetworkDefinition definition = network.Definition;
        _activations = [null!, .. definition.Layers.Select(layer => layer.Activation.Bind<V>())];
        _output = definition.Loss.Bind<V>(definition.Layers[^1].Activation);
        _scratchOfThread = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer<T>((long)OutputPass<T, V>.ScratchSize(definition) * V.Count))];
        _narrowOfThread = narrowSamples > 0 ? [.. Enumerable.Range(0, threads).Select(_ => new NarrowPass<T, V>(network, workspace, _activations, _output, narrowSamples))] : [];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int first, int count, DropoutKey? dropout) =>
        ForwardPass<T, V>.Run(Network, Workspace, _activations, first, count, dropout);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ForwardLayer(DenseLayer<T> layer, int unit, int endUnit, int first, int count) =>
        ForwardPass<T, V>.Layer(Network, Workspace, _activations, layer, unit, endUnit, first, count, dropout: false);

    public override void Predict(int thread, int first, int count) =>
        OutputPass<T, V>.Run(Network, Workspace, _output, (V*)_scratchOfThread[thread].Pointer, first, count, classes: false, OutputStage.Outputs);

    public override void Losses(int thread, int first, int count, bool classes) =>
        OutputPass<T, V>.Run(Network, Workspace, _output, (V*)_scratchOfThread[thread].Pointer, first, count, classes, OutputStage.Losses);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Output(int thread, int first, int count, bool classes) =>
        OutputPass<T, V>.Run(Network, Workspace, _output, (V*)_scratchOfThread[thread].Pointer, first, count, classes, OutputStage.Deltas);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int first, int count, bool toInput, bool dropout) =>
        BackwardPass<T, V>.Deltas(Network, Workspace, _activations, first, count, toInput, dropout);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void BackwardLayer(DenseLayer<T> layer, int unit, int endUnit, int first, int count) =>
        BackwardPass<T, V>.Layer(Workspace, _activations, layer, unit, endUnit, first, count, dropout: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GradientTile(in ParameterTiles<T>.Tile tile, int first, int samples, T* start, T* to, bool dropout) =>
        BackwardPass<T, V>.ParameterGradients(Workspace, tile, first, samples, start, to, dropout);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NarrowGradient(int thread, Dataset<T> data, int first, int count, bool toInput, T* to) =>
        _narrowOfThread[thread].Run(data, first, count, toInput, to);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumSections(GradientSections<T> sections, int count, in ParameterTiles<T>.Tile tile, T* start, T* to)
    {
        for (int n = 0; n < tile.Size; n += V.Count)
        {
            V sum = start is null ? V.Create(0) : V.Load(start + n);
            for (int section = 0; section < count; section++)
            {
                sum += V.Load(sections.Sums(section) + tile.Offset + n);
            }

            sum.Store(to + n);
        }
    }
}
