using System.Runtime.CompilerServices;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>
/// One pass, panel of units by panel of units and block of samples by block: each thread keeps to its own units, so that the weights which it
/// reads are those which it has updated. Panels that are too few are not divided, nor is what needs whole rows; what needs the batch has all samples.
/// </summary>
/// <param name="pass">The pass.</param>
/// <param name="panelWidth">The units of a panel.</param>
internal sealed class UnitPhase(Pass pass, int panelWidth) : Phase
{
    private readonly int _panels = (pass.Units + panelWidth - 1) / panelWidth;
    private SampleBlocks _blocks;
    private int _samples;
    private bool _isDivided;


    public override int Begin(int samples, int threads)
    {
        _samples = samples;
        _isDivided = pass.Reach == Reach.Panel && _panels >= threads;
        _blocks = new(samples, threads);
        return pass.Reach == Reach.Batch ? _panels : _isDivided ? _panels * _blocks.Count : _blocks.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int piece)
    {
        if (pass.Reach != Reach.Batch && !_isDivided)
        {
            pass.Run(thread, 0, pass.Units, _blocks.First(piece), _blocks.Size(piece));
            return;
        }

        (int panel, int block) = pass.Reach == Reach.Batch ? (piece, 0) : Math.DivRem(piece, _blocks.Count);
        int unit = panel * panelWidth, endUnit = Math.Min(pass.Units, unit + panelWidth);
        if (pass.Reach == Reach.Batch)
        {
            pass.Run(thread, unit, endUnit, 0, _samples);
        }
        else
        {
            pass.Run(thread, unit, endUnit, _blocks.First(block), _blocks.Size(block));
        }
    }
}
