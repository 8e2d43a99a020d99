namespace Backprop.Propagation.Schedules;

/// <summary>Work that is done before anything after it begins, in pieces that any thread may take.</summary>
internal abstract class Phase
{
    /// <summary>Whether the work is too little to be shared.</summary>
    public virtual bool IsSmall => false;

    /// <summary>Begins for a batch of so many samples, shared by so many threads. Returns the number of pieces.</summary>
    public abstract int Begin(int samples, int threads);

    /// <summary>Does a piece.</summary>
    public abstract void Run(int thread, int piece);
}
