using Backprop.Networks;
using Backprop.Tables.Models;
using Backprop.Tables.Tuning;
using Backprop.Training;

namespace Backprop.Tables.Tests.Tuning;

/// <summary>Races: who goes on, by what, and that neither threads nor kills change it.</summary>
public sealed class RaceTests : IDisposable
{
    private static readonly DataSource s_iris = DataSource.Named("builtin:iris");

    private static readonly TrainingOptions s_plain = new() { Network = "8:tanh", Optimizer = "adam", Epochs = 18 };

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-race").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Candidate[] Candidates(int count, TrainingOptions? options = null) => [.. Enumerable.Range(0, count).Select(n => new Candidate(
        (options ?? s_plain) with { OptimizerOptions = new() { LearningRate = 1e-4 * Math.Pow(1.9, (7 * n) % count) } }, [KeyValuePair.Create("learning-rate", $"#{n}")]))];

    [Theory]
    [InlineData(1, new[] { 1 }, new[] { 100 })]
    [InlineData(3, new[] { 3 }, new[] { 100 })]
    [InlineData(8, new[] { 8, 3 }, new[] { 34, 100 })]
    [InlineData(24, new[] { 24, 8, 3 }, new[] { 12, 34, 100 })]
    [InlineData(81, new[] { 81, 27, 9, 3 }, new[] { 4, 12, 34, 100 })]
    public void AThirdGoesOnForThreeTimesTheEpochs(int count, int[] field, int[] epochs)
    {
        var options = new RaceOptions();
        Assert.Equal(field.Length, options.RungsOf(count));
        Assert.Equal(field, new Race<float>(s_iris, Candidates(count)).Field);
        Assert.Equal(epochs, Enumerable.Range(0, field.Length).Select(rung => options.Epochs(100, rung, field.Length)));
    }

    /// <summary>The best by one rung's scores, and no other, have one of the next; a finalist's score is what it has where it is trained alone.</summary>
    [Fact]
    public void TheBestOfEachRungGoOnAndEndAsTheyWouldAlone()
    {
        Candidate[] candidates = Candidates(8);
        RaceResult race = new Race<float>(s_iris, candidates).Run();
        Assert.Equal(("log_loss", false, 2), (race.Measure, race.IsHigherBetter, race.Rungs));
        int[] expected = [.. race.Trials.OrderBy(trial => trial.Scores[0].Value).Take(3).Select(trial => trial.Number).Order()];
        Assert.Equal(expected, race.Trials.Where(trial => trial.Scores.Count == 2).Select(trial => trial.Number).Order());
        Assert.Equal(expected, race.Trials.Take(3).Select(trial => trial.Number).Order());
        Assert.Equal(race.Trials.Take(3).Min(trial => trial.Scores[1].Value), race.Best.Last!.Value);
        foreach (RaceTrial trial in race.Trials)
        {
            Assert.Equal(trial.Scores.Count == 2 ? [6, 18] : [6], trial.Scores.Select(score => score.Epochs));
            TrainingResult alone = TabularModel.Train(s_iris, trial.Candidate.Options with { KeepBy = "log_loss" }).Result!;
            Evaluation best = alone.History.Take(trial.Last!.Epochs).Select(epoch => epoch.Validation!).MinBy(validation => validation["log_loss"])!;
            Assert.Equal(best["log_loss"], trial.Last.Value);
            Assert.InRange(trial.Last.Error, 1e-6, 1);
        }
    }

    /// <summary>By folds: the figure that training says of all rows out of fold, weights included, and the standard error of the folds' mean by their weights.</summary>
    [Theory]
    [InlineData(false, "log_loss")]
    [InlineData(true, "log_loss")]
    [InlineData(true, "auc")]
    [InlineData(true, "rmse")]
    public void FoldsAreMeasuredTogether(bool weighted, string figure)
    {
        Table iris = s_iris.Read().Table!;
        double[] weights = [.. Enumerable.Range(0, 150).Select(row => row % 7 == 0 ? 0 : 1.0 + (row / 50 * 3))];
        var source = DataSource.Of(new Table("iris", [.. iris.Columns, new Column("w", ColumnType.Real, weights)]));
        TrainingOptions options = s_plain with { Folds = 4, Epochs = 5, KeepBy = figure, Target = figure == "rmse" ? "petal_length" : "species", Columns = weighted ? new() { SampleWeight = "w" } : new() { Ignore = ["w"] } };
        Candidate candidate = Candidates(1, options)[0];
        RaceScore score = new Race<float>(source, [candidate]).Run().Best.Last!;
        var planned = new TabularTrainer<float>(source, candidate.Options);
        Assert.Equal(planned.Run().Kept!.Validation![figure], score.Value);
        double temperature = planned.Model().Ensemble.Temperature;
        double[] figures = [.. planned.Trainers.Zip(planned.ValidationData, (trainer, fold) =>
        {
            using var evaluator = new Evaluator<float>(new Ensemble<float>([trainer.Network], temperature), planned.TargetScales);
            return evaluator.Evaluate(fold!)[figure];
        })];

        double[] shares = [.. planned.ValidationData.Select(fold => weighted ? fold!.SampleWeights!.ToArray().Sum(weight => (double)weight) : fold!.Rows)];
        double all = shares.Sum(), mean = figures.Zip(shares, (x, share) => x * share / all).Sum();
        Assert.Equal(weighted ? weights.Sum() : 150, all);
        Assert.Equal(Math.Sqrt(4.0 / 3 * figures.Zip(shares, (x, share) => Math.Pow(share / all * (x - mean), 2)).Sum()), score.Error, 1e-6 * score.Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void ThreadsChangeNothing(int? folds)
    {
        Candidate[] candidates = Candidates(7, s_plain with { Folds = folds });
        RaceResult one = new Race<float>(s_iris, candidates, new() { Threads = 1 }).Run(), two = new Race<float>(s_iris, candidates, new() { Threads = 2 }).Run();
        Assert.Equal(Said(one), Said(two));
    }

    /// <summary>Stopped after each number of scores, and gone on with, it ends as a race that nobody disturbed; a line that was cut off is none.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void ARaceGoesOnWhereItWasStopped(int? folds)
    {
        Candidate[] candidates = Candidates(8, s_plain with { Folds = folds });
        string[] whole = Said(new Race<float>(s_iris, candidates).Run());
        for (int scores = 0; scores < 11; scores += 2)
        {
            string folder = Path.Combine(_folder, $"{folds}-{scores}");
            using (var journal = RaceJournal.Begin(folder))
            {
                using var stop = new CancellationTokenSource();
                var race = new Race<float>(s_iris, candidates, new() { Journal = journal });
                int seen = 0;
                race.TrialScored += _ =>
                {
                    if (Interlocked.Increment(ref seen) > scores)
                    {
                        stop.Cancel();
                    }
                };
                Assert.Equal(scores < 11, race.Run(stop.Token).IsCancelled);
            }

            File.AppendAllText(Path.Combine(folder, "journal.jsonl"), "{\"trial\":1,\"ru");
            using var again = RaceJournal.Resume(folder);
            var rest = new Race<float>(s_iris, candidates, new() { Journal = again });
            Assert.Equal(whole, Said(rest.Run()));
            Assert.NotNull(rest.Model());
        }
    }

    [Fact]
    public void AJournalIsOfOneRace()
    {
        Candidate[] candidates = Candidates(3);
        using (var journal = RaceJournal.Begin(_folder, new Dictionary<string, string> { ["who"] = "me" }))
        {
            new Race<float>(s_iris, candidates, new() { Journal = journal }).Run();
            Assert.Throws<DataException>(() => RaceJournal.Resume(_folder)); // in use
        }

        Assert.Throws<DataException>(() => RaceJournal.Begin(_folder));
        using var again = RaceJournal.Resume(_folder);
        Assert.Equal("me", again.Notes["who"]);
        Assert.Contains("3 candidates", Assert.Throws<DataException>(() => new Race<float>(s_iris, Candidates(4), new() { Journal = again })).Message, StringComparison.Ordinal);
        Assert.Contains("'seed", Assert.Throws<DataException>(() => new Race<float>(s_iris, [.. candidates.Select(one => one with { Options = one.Options with { Seed = 5 } })], new() { Journal = again })).Message.Replace("with seed", "with 'seed", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>A race that cannot begin leaves nothing, and what was cut off before its first line ended is no journal.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"measure\":\"lo")]
    public void AJournalHasAWholeLine(string? found)
    {
        string file = Path.Combine(_folder, "journal.jsonl");
        if (found is not null)
        {
            File.WriteAllText(file, found);
        }

        Assert.False(RaceJournal.IsIn(_folder));
        Assert.Contains(found is null ? "there is no journal" : "begin anew there", Assert.Throws<DataException>(() => RaceJournal.Resume(_folder)).Message, StringComparison.Ordinal);
        using (var journal = RaceJournal.Begin(_folder))
        {
            Assert.Throws<UsageException>(() => new Race<float>(s_iris, Candidates(2, s_plain with { Validation = 0 }), new() { Journal = journal }));
        }

        Assert.Equal(found is not null, File.Exists(file));
        using RaceJournal again = RaceJournal.Begin(_folder), late = RaceJournal.Begin(_folder);
        string[] first = Said(new Race<float>(s_iris, Candidates(3), new() { Journal = again }).Run());
        Assert.True(RaceJournal.IsIn(_folder));
        Assert.Throws<DataException>(() => new Race<float>(s_iris, Candidates(3), new() { Journal = late })); // in use
        again.Dispose();
        Assert.Contains("another race", Assert.Throws<DataException>(() => new Race<float>(s_iris, Candidates(3), new() { Journal = late })).Message, StringComparison.Ordinal);
        late.Dispose();
        using var resumed = RaceJournal.Resume(_folder);
        Assert.Equal(first, Said(new Race<float>(s_iris, Candidates(3), new() { Journal = resumed }).Run()));
    }

    [Fact]
    public void OneThatDivergesIsLast()
    {
        Candidate[] candidates = [new(s_plain with { Network = "8:relu", Optimizer = "sgd", OptimizerOptions = new() { LearningRate = 1e30 } }, []), .. Candidates(2)];
        RaceResult race = new Race<float>(s_iris, candidates).Run();
        Assert.Equal(1, race.Trials[^1].Number);
        Assert.StartsWith("diverged: ", race.Trials[^1].Failure, StringComparison.Ordinal);
        Assert.All(race.Trials.Take(2), trial => Assert.Null(trial.Failure));
    }

    [Fact]
    public void ARaceWithoutTimeSaysSo()
    {
        RaceResult race = new Race<float>(s_iris, Candidates(8, s_plain with { Epochs = 200_000 }), new() { MaxSeconds = 0.2 }).Run();
        Assert.True(race.IsTimeUp);
        Assert.False(race.IsCancelled);
    }

    [Fact]
    public void WhatCannotRaceIsSaid()
    {
        Assert.Contains("needs rows that validate", Assert.Throws<UsageException>(() => new Race<float>(s_iris, Candidates(2, s_plain with { Validation = 0 }))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Race<float>(s_iris, []));
        Assert.Contains("one figure", Assert.Throws<UsageException>(() => new Race<float>(s_iris, [new(s_plain, []), new(s_plain with { KeepBy = "accuracy" }, [])])).Message, StringComparison.Ordinal);
        var bad = new Candidate(s_plain with { BatchSize = -1 }, [KeyValuePair.Create("batch-size", "-1")]);
        Assert.Contains("trial 2 (batch-size=-1): ", Assert.Throws<UsageException>(() => new Race<float>(s_iris, [new(s_plain, []), bad]).Run()).Message, StringComparison.Ordinal);
    }

    /// <summary>Less of one loss is not better than more of another.</summary>
    [Fact]
    public void CandidatesOfDifferentLossesAreMeasuredByWhatTheyShare()
    {
        string Measure(params TrainingOptions[] options) => new Race<float>(s_iris, [.. options.Select(one => new Candidate(one, []))]).Measure;
        TrainingOptions hinge = s_plain with { Loss = "hinge" }, cross = s_plain with { Loss = "cross_entropy" }, smooth = cross with { LabelSmoothing = 0.3 };
        Assert.Equal("balanced_accuracy", Measure(hinge, cross));
        Assert.Equal("balanced_accuracy", Measure(cross, hinge));
        Assert.Equal("log_loss", Measure(cross, smooth));
        Assert.Equal("loss", Measure(hinge, hinge));
        TrainingOptions value = s_plain with { Target = "petal_length", Loss = "mean_squared_error" };
        Assert.Equal("rmse", Measure(value, value with { Loss = "huber:0.01" }));
        foreach (TrainingOptions[] pair in new[] { [value, value with { Loss = "huber:0.01" }], new[] { cross, smooth } })
        {
            Assert.Contains("have different losses", Assert.Throws<UsageException>(() => Measure([.. pair.Select(one => one with { KeepBy = "loss" })])).Message, StringComparison.Ordinal);
        }

        Assert.Throws<UsageException>(() => Measure(cross with { KeepBy = "log_loss" }, hinge with { KeepBy = "log_loss" })); // known before anything is trained
    }

    /// <summary>Two rungs share the time; the first has no score when its half is over.</summary>
    [Fact]
    public void ARungGoesOnUntilThereIsAScore()
    {
        using var stop = new CancellationTokenSource();
        using (var time = new RungTime(stop, share: 0.01, all: 60))
        {
            Assert.False(stop.Token.WaitHandle.WaitOne(300));
            time.Scored();
            Assert.True(stop.IsCancellationRequested);
        }

        using var early = new CancellationTokenSource();
        using (var time = new RungTime(early, share: 0.2, all: 60))
        {
            time.Scored();
            Assert.False(early.IsCancellationRequested);
            Assert.True(early.Token.WaitHandle.WaitOne(10_000));
        }

        using var end = new CancellationTokenSource();
        using (new RungTime(end, share: 0.01, all: 0.2))
        {
            Assert.True(end.Token.WaitHandle.WaitOne(10_000));
        }
    }

    private static string[] Said(RaceResult race) => [.. race.Trials.Select(trial => $"{trial.Number} {string.Join(' ', trial.Scores.Select(score => $"{score.Epochs}:{score.Value:R}±{score.Error:R}"))} {trial.Failure}")];
}
