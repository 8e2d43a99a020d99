using System.Globalization;
using System.Numerics;

namespace Backprop.Training;

/// <summary>
/// The checkpoints of a run of several networks: a folder in the folder for each, <c>member-1</c> and so on; of one network the folder itself. Each holds
/// one complete state of its member, whatever moment the process dies at, and a member goes on from its own: none knows of the others.
/// </summary>
public sealed class CheckpointFolders : IDisposable
{
    private readonly CheckpointFolder[] _others; // that a run of another size wrote
    private readonly bool _overwrite;

    /// <summary>Names the folders; nothing is written yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="members">How many networks are trained.</param>
    /// <param name="kept">How many of the newest checkpoints of each are kept.</param>
    /// <param name="overwrite">Whether a new run may take the place of another one.</param>
    public CheckpointFolders(string path, int members, int kept = CheckpointFolder.DefaultKept, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        (Path, _overwrite) = (path, overwrite);
        Members = members == 1 ? [new(path, kept, overwrite)] : [.. Enumerable.Range(1, members).Select(member => new CheckpointFolder(Of(path, member), kept, overwrite))];
        _others = [.. All(path).Except(Members.Select(member => member.Path)).Select(other => new CheckpointFolder(other))];
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Each network's.</summary>
    public IReadOnlyList<CheckpointFolder> Members { get; }

    /// <summary>Whether there are checkpoints in it, of whichever run.</summary>
    /// <exception cref="DataException">It cannot be looked into.</exception>
    public bool IsUsed => Members.Concat(_others).Any(folder => folder.IsUsed);

    /// <summary>Whether there are checkpoints in a folder, of whichever run.</summary>
    /// <exception cref="DataException">It cannot be looked into.</exception>
    public static bool HoldsRun(string path) => All(path).Any(folder => new CheckpointFolder(folder).IsUsed);

    /// <summary>Of how many networks the run in a folder is.</summary>
    public static int CountIn(string path) => Math.Max(1, All(path).Count() - 1);

    /// <summary>The strings that a run's newest whole checkpoint was written with, of the first network that has one.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder.</exception>
    public static IReadOnlyDictionary<string, string> ReadNotes(string path)
    {
        CheckpointFolder[] used = [.. All(path).Select(folder => new CheckpointFolder(folder)).Where(folder => folder.IsUsed)];
        ModelException? first = null;
        foreach (CheckpointFolder folder in used)
        {
            try
            {
                return folder.ReadNotes();
            }
            catch (ModelException error)
            {
                first ??= error;
            }
        }

        throw first ?? new ModelException($"there is no checkpoint in '{path}'");
    }

    /// <summary>Takes the folder for a new run, until <see cref="Dispose"/>. What a run of another number of networks left is deleted where it may be overwritten.</summary>
    /// <exception cref="DataException">Another process uses the folder, or it holds checkpoints of another run, or it cannot be written in.</exception>
    public void Begin()
    {
        if (!_overwrite && _others.FirstOrDefault(folder => folder.IsUsed) is { } used)
        {
            throw new DataException($"'{used.Path}' holds checkpoints of another run: go on with that run, name another folder, or say that they are to be overwritten");
        }

        foreach (CheckpointFolder member in Members)
        {
            member.Begin();
        }

        foreach (CheckpointFolder other in _others)
        {
            other.Clear();
        }
    }

    /// <summary>The newest whole checkpoint of each network; null where it had none yet.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder, or none of this precision.</exception>
    /// <exception cref="DataException">Another process uses the folder.</exception>
    public IReadOnlyList<Checkpoint<T>?> Read<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Members.Count == 1)
        {
            return [Members[0].Read<T>()];
        }

        Checkpoint<T>?[] read = [.. Members.Select(member =>
        {
            if (member.IsUsed)
            {
                return member.Read<T>();
            }

            member.Begin();
            return null;
        })];
        return Array.TrueForAll(read, checkpoint => checkpoint is null) ? throw new ModelException($"there is no checkpoint in '{Path}'") : read;
    }

    /// <summary>Other processes may use the folder.</summary>
    public void Dispose()
    {
        foreach (CheckpointFolder member in Members.Concat(_others))
        {
            member.Dispose();
        }
    }

    /// <summary>The folders that checkpoints may lie in.</summary>
    private static IEnumerable<string> All(string path)
    {
        yield return path;
        for (int member = 1; Directory.Exists(WorkingFolder.Full(Of(path, member))); member++)
        {
            yield return Of(path, member);
        }
    }

    private static string Of(string path, int member) => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"member-{member}"));
}
