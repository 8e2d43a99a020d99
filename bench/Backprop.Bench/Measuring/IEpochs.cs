namespace Backprop.Bench.Measuring;

/// <summary>Somebody who trains an epoch and validates it when told to.</summary>
internal interface IEpochs : IDisposable
{
    string Name { get; }

    /// <summary>For the table; known when all epochs are over.</summary>
    string Threads { get; }

    /// <summary>The share of the validation rows that the last epoch has right.</summary>
    double Accuracy { get; }

    EpochSeconds Epoch();

    /// <summary>No epoch is asked for any more.</summary>
    void End();
}
