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

    public (string Numbers, T[][] Vectors) Save() => ("", [.. step.Moments.Select(moment => moment.Span.ToArray())]);

    public void Restore(long steps, string numbers, T[][] vectors)
    {
        if (numbers.Length > 0 || vectors.Length != step.Moments.Length || vectors.Where((vector, moment) => vector.Length != step.Moments[moment].Length).Any())
        {
            throw new ModelException("the optimizer's moments are not there");
        }

        for (int moment = 0; moment < vectors.Length; moment++)
        {
            vectors[moment].CopyTo(step.Moments[moment].Span);
        }

        step.Steps = steps;
    }

    public void Dispose() => step.Dispose();
}
