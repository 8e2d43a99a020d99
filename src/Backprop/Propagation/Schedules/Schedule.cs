using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>How passes are cut into phases. None of these ways changes a bit.</summary>
internal static class Schedule
{
    /// <summary>As many passes together as need no more than some samples; what needs the whole batch alone.</summary>
    public static Phase[] BySamples<T>(IEnumerable<Pass> passes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        List<Phase> phases = [];
        List<Pass> together = [];
        foreach (Pass pass in passes)
        {
            if (pass.Reach != Reach.Batch)
            {
                together.Add(pass);
                continue;
            }

            End();
            phases.Add(new UnitPhase(pass, Layout.PanelWidth<T>()));
        }

        End();
        return [.. phases];

        void End()
        {
            if (together.Count > 0)
            {
                phases.Add(new SamplePhase([.. together]));
                together.Clear();
            }
        }
    }

    /// <summary>Each pass alone, shared out by units where it can be divided.</summary>
    public static Phase[] ByUnits<T>(IEnumerable<Pass> passes) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. passes.Select(pass => new UnitPhase(pass, Layout.PanelWidth<T>()))];
}
