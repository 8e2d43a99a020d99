using System.Numerics;
using Backprop.Data;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>A <see cref="TrainingStep{T}"/> as a trainer asks for it: what is kept are the optimizer's moments.</summary>
internal sealed class OptimizerStep<T>(TrainingStep<T> step) : ITrainingStep<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public long Steps => step.Steps;

    public WorkerTeam Team => step.Team;

    public bool HasConverged => false;

    public double Run(Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch) =>
        step.Run(data, order, start, samples, learningRate, epoch);

    public (string Numbers, T[][] Vectors) Save() => ("", step.GetMoments());

    public void Restore(long steps, string numbers, T[][] vectors)
    {
        try
        {
            step.Restore(steps, numbers.Length == 0 ? vectors : throw new ArgumentException("an optimizer has no numbers", nameof(numbers)));
        }
        catch (ArgumentException)
        {
            throw new ModelException("the optimizer's moments are not there");
        }
    }

    public void Dispose() => step.Dispose();
}
