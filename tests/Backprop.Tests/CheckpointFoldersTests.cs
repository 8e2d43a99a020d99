using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Runs of one or several networks that take one another's place in a folder, and what is found there if they die at any time.</summary>
public sealed class CheckpointFoldersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 3)]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    public void ThereIsOneRunWheneverItDies(int before, int after)
    {
        Write("old", before, Enumerable.Range(0, before), overwrite: false);
        string[] old = Files();
        using (var begun = new CheckpointFolders(_folder, after, overwrite: true))
        {
            begun.Begin();
        }

        Assert.Equal(Enumerable.Repeat<long?>(1, before), Read("old", before)); // before its first checkpoint
        Dictionary<string, byte[]> contents = old.ToDictionary(file => file, File.ReadAllBytes);
        bool IsOld(string file) => contents.TryGetValue(file, out byte[]? content) && content.SequenceEqual(File.ReadAllBytes(file));
        int first = after - 1;
        Write("new", after, [first], overwrite: true);
        Assert.Equal(after, CheckpointFolders.CountIn(_folder));
        Assert.DoesNotContain(Files(), IsOld);
        foreach ((string file, byte[] content) in contents)
        {
            File.WriteAllBytes(file, content); // as if it had died before it deleted anything
        }

        long?[] expected = [.. Enumerable.Range(0, after).Select(member => member == first ? 1L : (long?)null)];
        Assert.Equal(expected, Read("new", after));
        using (var goesOn = new CheckpointFolders(_folder, after, kept: 1)) // in its own folder old ones go as the number kept says
        {
            goesOn.Read<float>();
            for (int member = 0; member < after; member++)
            {
                goesOn.Write(member, s_checkpoint, Notes("new"));
            }
        }

        Assert.Equal(Enumerable.Repeat<long?>(1, after), Read("new", after));
        Assert.DoesNotContain(Files(), IsOld);
        using var other = new CheckpointFolders(_folder, after);
        Assert.Throws<DataException>(other.Begin);
    }

    [Fact]
    public void AMissingFolderHidesNoOther()
    {
        Write("a", 4, [0, 3], overwrite: false);
        Directory.Delete(Path.Combine(_folder, "member-1"), recursive: true);
        Assert.True(CheckpointFolders.HoldsRun(_folder));
        Assert.Equal([null, null, null, 1L], Read("a", 4));
        using var other = new CheckpointFolders(_folder, 1);
        Assert.Throws<DataException>(other.Begin);
    }

    [Fact]
    public void CheckpointsThatNameNoRunAreGoneOnFrom()
    {
        using (var folder = new CheckpointFolder(_folder))
        {
            folder.Write(s_checkpoint, Notes("plain"));
        }

        Assert.Equal([1L], Read("plain", 1));
        using var two = new CheckpointFolders(_folder, 2);
        Assert.Contains("is of 1 networks, 2 expected", Assert.Throws<ModelException>(two.Read<float>).Message);
    }

    [Fact]
    public void NetworksWriteAtTheSameTime()
    {
        Write("old", 8, Enumerable.Range(0, 8), overwrite: false);
        using (var folders = new CheckpointFolders(_folder, 8, overwrite: true))
        {
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, member => folders.Write(member, s_checkpoint, Notes("new")));
        }

        Assert.Equal(Enumerable.Repeat<long?>(1, 8), Read("new", 8));
        Assert.Equal(8, Files().Length);
    }

    private static readonly Checkpoint<float> s_checkpoint = First();

    private static Dictionary<string, string> Notes(string run) => new(StringComparer.Ordinal) { ["name"] = run };

    private string[] Files() => Directory.GetFiles(_folder, "checkpoint-*", SearchOption.AllDirectories);

    private void Write(string run, int networks, IEnumerable<int> members, bool overwrite)
    {
        using var folders = new CheckpointFolders(_folder, networks, overwrite: overwrite);
        folders.Begin();
        foreach (int member in members)
        {
            folders.Write(member, s_checkpoint, Notes(run));
        }
    }

    /// <summary>The steps that each network of the run goes on from.</summary>
    private long?[] Read(string run, int networks)
    {
        Assert.Equal(run, CheckpointFolders.ReadNotes(_folder)["name"]);
        Assert.Equal(networks, CheckpointFolders.CountIn(_folder));
        using var folders = new CheckpointFolders(_folder, networks);
        return [.. folders.Read<float>().Select(checkpoint => checkpoint?.Step)];
    }

    private static Checkpoint<float> First()
    {
        Checkpoint<float>? first = null;
        var data = new Dataset<float>(4, 1, [1, 2, 3, 4], Targets<float>.Values([1, 2, 3, 4], 1));
        var trainer = new Trainer<float>(new Network<float>(NetworkDefinition.Parse("1-1")), data, null, Optimizer.Create("sgd"), new() { Epochs = 1 });
        trainer.CheckpointReached += checkpoint => first ??= checkpoint;
        trainer.Run();
        return first!;
    }
}
