using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Pages.Runs;
using Backprop.Training;

namespace Backprop.Cli.Tests.Pages;

public sealed class TrainingSessionTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private static TrainingSession Make(PageState state)
    {
        Problem problem = GivenFiles.None.Problem(state);
        return new(problem, problem.Definition(state, GivenFiles.None), state);
    }

    private static Snapshot WaitFor(TrainingSession session, Func<Snapshot, bool> isSo)
    {
        using var signal = new ManualResetEventSlim();
        session.Changed += signal.Set;
        DateTime end = DateTime.UtcNow + s_long;
        while (!isSo(session.Latest))
        {
            Assert.True(DateTime.UtcNow < end, "it did not come to that");
            signal.Wait(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            signal.Reset();
        }

        session.Changed -= signal.Set;
        return session.Latest;
    }

    [Fact]
    public void Begins_at_rest_without_a_thread()
    {
        using TrainingSession session = Make(new());
        Assert.Equal(0, session.Latest.Step);
        Assert.False(session.Latest.IsRunning);
        Assert.True(session.IsStopped);
        Assert.Equal(100, session.Latest.Test!.Rows);
        Assert.Equal(300, session.Latest.Training.Rows);
    }

    [Fact]
    public void Steps_epochs_play_and_pause()
    {
        using TrainingSession session = Make(new());
        session.StepOnce();
        Assert.False(WaitFor(session, now => now.Step == 1).IsRunning);
        session.RunEpoch();
        WaitFor(session, now => now is { Step: 19, IsRunning: false });
        session.RunEpoch();
        WaitFor(session, now => now is { Step: 38, IsRunning: false });
        session.Play();
        WaitFor(session, now => now is { Step: > 100, IsRunning: true });
        session.Pause();
        Snapshot rested = WaitFor(session, now => !now.IsRunning);
        Assert.False(session.IsBusy);
        Assert.True(rested.Curve.Count > 3);
        Assert.Equal(rested.Step, rested.Curve[^1].Step);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_set_by_hand_is_repeated_by_the_address_to_the_bit(bool inSlices)
    {
        PageState state = new() { Optimizer = "adam", LearningRate = 0.01 };
        Problem problem = GivenFiles.None.Problem(state);
        ParameterName weight = new(1, 2, 1), bias = new(2, 3);
        using TrainingSession edited = new(problem, problem.Definition(state, GivenFiles.None), state, inSlices: inSlices);
        edited.Edit(weight, 0.75f);
        Assert.Equal(0.75f, WaitFor(edited, now => now.Then.Length > 0).Network.Get(weight));
        edited.RunTo(50);
        WaitFor(edited, now => now is { Step: 50, IsRunning: false });
        edited.Edit(weight, -2);
        edited.Edit(bias, 0.1f);
        edited.Edit(weight, -1.5f);
        Snapshot now = WaitFor(edited, now => now.Then.Contains("-1.5", StringComparison.Ordinal) && now.Then.Contains("b2", StringComparison.Ordinal));
        Assert.Equal("0:W1[2,1]=0.75;50:W1[2,1]=-1.5;50:b2[3]=0.1", now.Then); // one that was set again at once is one
        Assert.Equal(-1.5f, now.Network.Get(weight));
        using (var evaluator = new Evaluator<float>(now.Network))
        {
            Assert.Equal(evaluator.Evaluate(problem.Training).Loss, now.Training.Loss); // of the network as it is now
        }

        edited.RunTo(80);
        Network<float> ended = WaitFor(edited, now => now is { Step: 80, IsRunning: false }).Network;
        using TrainingSession again = new(problem, problem.Definition(state, GivenFiles.None), state with { Then = now.Then }, inSlices: inSlices), other = Make(state);
        Assert.Equal(0.75f, again.Latest.Network.Get(weight));
        again.RunTo(50);
        Assert.Equal(-1.5f, WaitFor(again, now => now is { Step: 50, IsRunning: false }).Network.Get(weight)); // though no step follows
        again.RunTo(80);
        Network<float> repeated = WaitFor(again, now => now is { Step: 80, IsRunning: false }).Network;
        Assert.All(ended.Layers, layer => Assert.Equal(layer.GetWeights(), repeated.Layers[layer.Index - 1].GetWeights()));
        other.RunTo(80);
        Assert.NotEqual(ended.Layers[0].GetWeights(), WaitFor(other, now => now is { Step: 80, IsRunning: false }).Network.Layers[0].GetWeights());
    }

    [Fact]
    public void An_address_that_sets_what_is_not_there_is_refused() =>
        Assert.Throws<UsageException>(() => Make(new() { Then = "5:W9[0,0]=1" }));

    /// <summary>As in a browser: one thread trains, a slice at a time, and does other things between.</summary>
    [Fact]
    public async Task Slices_end_on_the_bits_of_the_thread_and_leave_time_between_them()
    {
        PageState state = new() { Data = "spiral", Hidden = "16:tanh-16:tanh", L2 = 0.001 };
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession threaded = Make(state), sliced = new(problem, problem.Definition(state, GivenFiles.None), state, inSlices: true);
        threaded.RunTo(20_000);
        sliced.RunTo(20_000);
        Assert.Equal(0, sliced.Latest.Step); // nothing is done before the caller has had its turn
        Assert.True(sliced.IsBusy);
        Network<float> other = WaitFor(threaded, now => now is { Step: 20_000, IsRunning: false }).Network;
        Snapshot ended = WaitFor(sliced, now => now is { Step: 20_000, IsRunning: false });
        foreach (DenseLayer<float> layer in ended.Network.Layers)
        {
            Assert.Equal(other.Layers[layer.Index - 1].GetWeights(), layer.GetWeights());
        }

        Assert.Equal(threaded.Latest.Training.Loss, ended.Training.Loss);
        Assert.True(sliced.IsStopped);

        sliced.Play();
        WaitFor(sliced, now => now is { Step: > 20_000, IsRunning: true });
        sliced.Pause();
        long rested = WaitFor(sliced, now => !now.IsRunning).Step;
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal(rested, sliced.Latest.Step);
        sliced.StepOnce();
        WaitFor(sliced, now => now.Step == rested + 1 && !now.IsRunning);
    }

    [Fact]
    public void Ends_on_the_bits_of_the_trainer()
    {
        PageState state = new() { Data = "xor", Seed = 3, L2 = 0.001, L1 = 0.0001, Optimizer = "adam", LearningRate = 0.01 };
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession session = Make(state);
        session.RunTo(3 * 19);
        Network<float> ours = WaitFor(session, now => now is { Step: 57, IsRunning: false }).Network;

        var network = new Network<float>(problem.Definition(state, GivenFiles.None), Initializer.PyTorch, 3);
        new Trainer<float>(network, problem.Training, null, Optimizer.Create("adam", new() { LearningRate = 0.01 }), new() { Epochs = 3, BatchSize = 16, Seed = 3, Step = new() { L1 = 0.0001, L2 = 0.001 } }).Run();
        foreach (DenseLayer<float> layer in network.Layers)
        {
            Assert.Equal(layer.GetWeights(), ours.Layers[layer.Index - 1].GetWeights());
            Assert.Equal(layer.GetBiases(), ours.Layers[layer.Index - 1].GetBiases());
        }
    }

    public static TheoryData<string, double> Optimizers() => [.. Optimizer.Names.Select(name => new TheoryDataRow<string, double>(name, 0)), new("sgd", 0.9), new("rmsprop", 0.5)];

    /// <summary>What the page says that the next step will make of a weight is what it makes, to the bit.</summary>
    [Theory]
    [MemberData(nameof(Optimizers))]
    public void The_next_value_is_known_before_the_step(string optimizer, double momentum)
    {
        PageState state = new() { Optimizer = optimizer, Momentum = momentum, LearningRate = 0.05, L2 = 0.01, L1 = 0.001 };
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession session = Make(state);
        ParameterName[] parameters = [new(1, 0, 0), new(2, 3, 5), new(3, 1)];
        for (int n = 0; n < 25; n++) // past the end of an epoch
        {
            Snapshot now = session.Latest;
            UpdateExplanation[] told = [.. parameters.Select(parameter => TrainingSession.NextUpdate(problem, state, now, parameter)!)];
            session.StepOnce();
            Network<float> after = WaitFor(session, later => later.Step == n + 1 && !later.IsRunning).Network;
            Assert.All(told, one => Assert.Equal(BitConverter.SingleToInt32Bits((float)one.After), BitConverter.SingleToInt32Bits(after.Get(one.Parameter))));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rates_change_as_a_run_goes_on_and_an_address_repeats_it(bool inSlices)
    {
        PageState state = new() { Optimizer = "adam", LearningRate = 0.01 };
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession session = new(problem, problem.Definition(state, GivenFiles.None), state, inSlices: inSlices);
        session.Tune(new(0.02, 0, 0)); // before the first step: that is how it begins
        Assert.Equal(new(0.02, 0, 0), session.Latest.Rates);
        session.RunTo(30);
        WaitFor(session, now => now is { Step: 30, IsRunning: false });
        session.Tune(new(0.5, 0, 0));
        session.Tune(new(0.05, 0, 0.01)); // at the same step: the last counts
        WaitFor(session, now => now.Then == "30:0.05:0:0.01");
        session.RunTo(60);
        Snapshot ended = WaitFor(session, now => now is { Step: 60, IsRunning: false });

        PageState again = PageState.Parse((state.With(ended.Rates) with { Then = ended.Then, Steps = 60 }).ToQuery(new()), new(), out _);
        Assert.Equal(new(0.05, 0, 0.01), again.LastRates);
        Assert.False(again.IsSameRun(state));
        using TrainingSession repeated = Make(again);
        repeated.RunTo(60);
        Network<float> same = WaitFor(repeated, now => now is { Step: 60, IsRunning: false }).Network;
        using TrainingSession plain = Make(state.With(ended.Rates));
        plain.RunTo(60);
        Network<float> other = WaitFor(plain, now => now is { Step: 60, IsRunning: false }).Network;
        Assert.Equal(ended.Network.Layers[0].GetWeights(), same.Layers[0].GetWeights());
        Assert.NotEqual(ended.Network.Layers[0].GetWeights(), other.Layers[0].GetWeights());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Play_keeps_the_pace_that_is_asked_for(bool inSlices)
    {
        PageState state = new();
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession session = new(problem, problem.Definition(state, GivenFiles.None), state, inSlices: inSlices);
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        session.Play(speed: 10);
        WaitFor(session, now => now.Step >= 12);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds, 1, 30); // 1.1 s with nothing else to do
        session.Play(speed: 0.01); // a step in 100 s
        long then = session.Latest.Step;
        Thread.Sleep(300);
        Assert.InRange(session.Latest.Step, then, then + 1);
        session.Pause(); // at once
        WaitFor(session, now => !now.IsRunning);
        session.StepOnce();
        WaitFor(session, now => now.Step > then && !now.IsRunning);
    }

    /// <summary>Longer than a thread can be told to wait.</summary>
    [Theory]
    [InlineData(1e-7)]
    [InlineData(1e-3)]
    public void A_pace_of_years_is_waited_for(double speed)
    {
        using TrainingSession session = Make(new());
        session.StepOnce();
        WaitFor(session, now => now is { Step: 1, IsRunning: false });
        session.Play(speed);
        Thread.Sleep(300);
        Assert.Null(session.Latest.Failure);
        session.Pause();
        Assert.Equal(2, WaitFor(session, now => !now.IsRunning && now.Step > 1).Step);
    }

    /// <summary>What nobody has foreseen ends the run, not the process.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mistake_of_the_program_ends_the_run_with_a_sentence(bool inSlices)
    {
        PageState state = new();
        Problem problem = GivenFiles.None.Problem(state);
        using TrainingSession session = new(problem, problem.Definition(state, GivenFiles.None), state, inSlices: inSlices);
        int count = 0;
        session.Changed += () => _ = Interlocked.Increment(ref count) == 1 ? throw new InvalidOperationException("nobody knew") : 0;
        session.Play();
        string failure = WaitFor(session, now => now.Failure is not null).Failure!;
        Assert.Contains("by a mistake of this program, which please report (InvalidOperationException: nobody knew)", failure, StringComparison.Ordinal);
        Assert.False(session.Latest.IsRunning);
        Assert.False(session.IsBusy);
    }

    [Fact]
    public void What_is_asked_for_at_rest_cannot_end_the_process_either()
    {
        using TrainingSession session = Make(new());
        session.StepOnce();
        WaitFor(session, now => now is { Step: 1, IsRunning: false });
        int count = 0;
        session.Changed += () => _ = Interlocked.Increment(ref count) == 1 ? throw new InvalidOperationException("nobody knew") : 0;
        session.Edit(new(1, 0, 0), 0.5f); // taken on the training thread
        Assert.Contains("nobody knew", WaitFor(session, now => now.Failure is not null).Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_does_not_change()
    {
        using TrainingSession session = Make(new());
        Snapshot before = session.Latest;
        float[] weights = before.Network.Layers[0].GetWeights();
        session.RunTo(50);
        WaitFor(session, now => now.Step == 50);
        Assert.Equal(weights, before.Network.Layers[0].GetWeights());
        Assert.NotEqual(weights, session.Latest.Network.Layers[0].GetWeights());
    }

    [Fact]
    public void Snapshots_come_at_most_twenty_a_second()
    {
        using TrainingSession session = Make(new());
        int count = 0;
        session.Changed += () => Interlocked.Increment(ref count);
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        session.Play();
        WaitFor(session, _ => System.Diagnostics.Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(2));
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Assert.InRange(Volatile.Read(ref count), 1, 20 * seconds);
    }

    [Fact]
    public void Disposing_ends_the_thread()
    {
        TrainingSession session = Make(new());
        session.Play();
        WaitFor(session, now => now.Step > 0);
        session.Dispose();
        Assert.True(SpinWait.SpinUntil(() => session.IsStopped, s_long));
        session.Play();
        Assert.True(session.IsStopped);
    }

    [Fact]
    public void Divergence_is_said_and_the_last_good_network_kept()
    {
        using TrainingSession session = Make(new() { Optimizer = "sgd", LearningRate = 1e30, Hidden = "6:relu", Output = "identity", Loss = "squared_error" });
        session.Play();
        Snapshot failed = WaitFor(session, now => now.Failure is not null);
        Assert.False(failed.IsRunning);
        Assert.False(session.IsBusy);
        Assert.Equal(0, failed.Network.FirstNonFiniteLayer());
    }

    [Fact]
    public void The_next_batch_is_the_one_that_is_trained()
    {
        PageState state = new();
        Problem problem = GivenFiles.None.Problem(state);
        int[] epoch = [.. Enumerable.Range(0, 19).SelectMany(step => TrainingSession.NextBatch(problem, state, step))];
        Assert.Equal(problem.TrainingRows, epoch.Order());
        int[] first = new int[16];
        new RowPermutation(300, 0, 1).CopyTo(first, 0);
        Assert.Equal(first.Select(row => problem.TrainingRows[row]), TrainingSession.NextBatch(problem, state, 0));
    }
}
