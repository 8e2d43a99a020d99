using System.Numerics;
using Backprop.Data;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>What a trainer asks for one step after the other, and for what must be kept between them.</summary>
internal interface ITrainingStep<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The updates made so far.</summary>
    long Steps { get; }

    /// <summary>The threads that really run.</summary>
    WorkerTeam Team { get; }

    /// <summary>Whether no further step will change anything.</summary>
    bool HasConverged { get; }

    /// <inheritdoc cref="TrainingStep{T}.Run"/>
    double Run(Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch);

    /// <summary>What a resumed run must restore, beside the network.</summary>
    (string Numbers, T[][] Vectors) Save();

    /// <summary>Goes on from there.</summary>
    /// <exception cref="ModelException">It is the state of another step.</exception>
    void Restore(long steps, string numbers, T[][] vectors);
}
