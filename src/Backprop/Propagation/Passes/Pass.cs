namespace Backprop.Propagation.Passes;

/// <summary>
/// One pass of a step over some units of some samples. It knows nothing of threads: a <see cref="Schedules.Phase"/> says which pieces are
/// run by whom. Pieces may be run in any order and never change each other's bits.
/// </summary>
internal abstract class Pass
{
    /// <summary>What the pass needs at once.</summary>
    public virtual Reach Reach => Reach.Row;

    /// <summary>The units that it can be divided by, where it does not need whole rows.</summary>
    public virtual int Units => 1;

    /// <summary>The multiplications of a sample, about; 0: too few to count.</summary>
    public virtual long Work => 0;

    /// <summary>Units <paramref name="unit"/> … <paramref name="endUnit"/> − 1 of samples <paramref name="first"/> … first + count − 1.</summary>
    /// <param name="thread">Whose scratch memory is used.</param>
    /// <param name="unit">The first unit, where a panel begins.</param>
    /// <param name="endUnit">Where a panel begins, or all units end.</param>
    /// <param name="first">The first sample, at the beginning of a group of losses.</param>
    /// <param name="count">The samples.</param>
    public abstract void Run(int thread, int unit, int endUnit, int first, int count);
}
