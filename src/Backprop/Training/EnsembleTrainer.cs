using System.Diagnostics;
using System.Numerics;
using System.Runtime.ExceptionServices;

namespace Backprop.Training;

/// <summary>Trains several networks side by side, each on one thread, which takes the next when it is done: none waits for another, and none knows of it, so that threads change no bit.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="members">The trainers, at least one, whose plans should ask for one thread.</param>
/// <param name="threads">Threads at most; 0: one for each processor. Fewer than that, or no trainer, is an <see cref="ArgumentException"/>.</param>
public sealed class EnsembleTrainer<T>(IReadOnlyList<Trainer<T>> members, int threads = 0) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>After a member has ended, on its thread.</summary>
    public event Action<int, MemberResult>? MemberCompleted;

    private readonly IReadOnlyList<Trainer<T>> _members = members is null ? throw new ArgumentNullException(nameof(members))
        : members.Count > 0 ? members : throw new ArgumentException("no trainer found, at least one expected", nameof(members));

    /// <summary>The threads that train.</summary>
    public int Threads { get; } = Math.Min(members.Count, threads > 0 ? threads
        : threads == 0 ? Environment.ProcessorCount : throw new ArgumentOutOfRangeException(nameof(threads), threads, "threads found, 0 or more expected"));

    /// <summary>The time of the busiest thread's steps: shuffling and gathering included, validation excluded.</summary>
    public double Seconds { get; private set; }

    /// <summary>Trains all.</summary>
    /// <param name="resume">Where each goes on; null: from the beginning.</param>
    /// <param name="maxSeconds">Wall seconds of all together, shared out by what they have to do; null: each has those of its own options.</param>
    /// <param name="cancellation">Asks all to stop after a step.</param>
    /// <returns>How each went. One that diverges ends by itself, the others go on.</returns>
    /// <exception cref="BackpropException">One cannot be trained at all; the others are stopped.</exception>
    public IReadOnlyList<MemberResult> Run(IReadOnlyList<Checkpoint<T>?>? resume = null, double? maxSeconds = null, CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var results = new MemberResult[_members.Count];
        var errors = new ExceptionDispatchInfo?[_members.Count];
        double[] seconds = new double[Threads], work = [.. _members.Select(Work)];
        long began = Stopwatch.GetTimestamp();
        int next = 0;
        void Take(int thread)
        {
            for (int member = Interlocked.Increment(ref next) - 1; member < _members.Count; member = Interlocked.Increment(ref next) - 1)
            {
                try
                {
                    double own = work[member], before = Math.Max(own, work[member..].Sum() / Threads); // what the thread has before it, about
                    double? most = maxSeconds is { } all ? Math.Max(1e-9, (all - Stopwatch.GetElapsedTime(began).TotalSeconds) * own / before) : null;
                    results[member] = Train(_members[member], resume?[member], most, stop.Token);
                    seconds[thread] += results[member].Result?.Seconds ?? 0;
                    MemberCompleted?.Invoke(member, results[member]);
                }
                catch (Exception error)
                {
                    errors[member] = ExceptionDispatchInfo.Capture(error);
                    stop.Cancel();
                }
            }
        }

        Thread[] team = [.. Enumerable.Range(1, Threads - 1).Select(thread => new Thread(() => Take(thread)) { IsBackground = true, Name = $"backprop member thread {thread}" })];
        foreach (Thread thread in team)
        {
            thread.Start();
        }

        Take(0);
        foreach (Thread thread in team)
        {
            thread.Join();
        }

        errors.FirstOrDefault(error => error is not null)?.Throw();
        Seconds = seconds.Max();
        return results;
    }

    /// <summary>About how long a member takes beside others: each step has a part of its own, however small the network is.</summary>
    private static double Work(Trainer<T> member) => member.Training.Rows * (member.Network.Definition.ParameterCount + 2000.0);

    private static MemberResult Train(Trainer<T> trainer, Checkpoint<T>? resume, double? maxSeconds, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested && resume is null)
        {
            return new(null, null, null); // one that has never begun need not
        }

        EpochResult? best = resume?.Kept ?? (resume is { History: [.., var last] } ? last : null);
        void Note(EpochResult epoch) => best = epoch.IsBest || best is null ? epoch : best;
        trainer.EpochCompleted += Note;
        try
        {
            TrainingResult result = maxSeconds is null ? trainer.Run(resume, cancellation) : trainer.Run(resume, maxSeconds, cancellation);
            return new(result, result.Kept, null);
        }
        catch (DivergenceException error)
        {
            return new(null, best, error);
        }
        finally
        {
            trainer.EpochCompleted -= Note;
        }
    }
}
