using System.Globalization;
using System.Numerics;

namespace Backprop.Training;

/// <summary>
/// The checkpoints of a run of several networks: a folder in the folder for each, <c>member-1</c> and so on; of one network the folder itself. Each holds
/// one complete state of its member, whatever moment the process dies at, and a member goes on from its own: none knows of the others. All carry the number
/// of their run, one more than those before it: what another run has left, which is deleted once the new one has a checkpoint, is not taken for its own.
/// </summary>
public sealed class CheckpointFolders : IDisposable
{
    private const string Member = "member-", RunNote = "run", NetworksNote = "networks";

    private readonly CheckpointFolder[] _members, _others; // others: where a run of another size writes
    private readonly Lock _first = new();
    private int? _run; // null: the folder is not taken yet
    private volatile bool _isWritten;

    /// <summary>Names the folders; nothing is written yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="members">How many networks are trained.</param>
    /// <param name="kept">How many of the newest checkpoints of each are kept.</param>
    /// <param name="overwrite">Whether a new run may take the place of another one, whose checkpoints are deleted once there is one of the new.</param>
    public CheckpointFolders(string path, int members, int kept = CheckpointFolder.DefaultKept, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 1);
        string[] own = members == 1 ? [path] : [.. Enumerable.Range(1, members).Select(member => Of(path, member))];
        CheckpointFolder[] Folders(IEnumerable<string> paths) => [.. paths.Select(one => new CheckpointFolder(one, kept, overwrite))];
        (Path, _members, _others) = (path, Folders(own), Folders(All(path).Except(own)));
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether there are checkpoints in it, of whichever run.</summary>
    /// <exception cref="DataException">It cannot be looked into.</exception>
    public bool IsUsed => _members.Concat(_others).Any(folder => folder.IsUsed);

    /// <summary>Whether there are checkpoints in a folder, of whichever run.</summary>
    /// <exception cref="DataException">It cannot be looked into.</exception>
    public static bool HoldsRun(string path) => All(path).Any(folder => new CheckpointFolder(folder).IsUsed);

    /// <summary>Of how many networks the newest run in a folder is.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder.</exception>
    public static int CountIn(string path) => Newest(path).Networks;

    /// <summary>The strings that the newest run's newest whole checkpoint was written with, of the first network that has one.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder.</exception>
    public static IReadOnlyDictionary<string, string> ReadNotes(string path) => Newest(path).Notes;

    /// <summary>Takes the folder for a new run, until <see cref="Dispose"/>; <see cref="Write"/> does it where it has not been done.</summary>
    /// <exception cref="DataException">Another process uses the folder, or it holds checkpoints of another run, or it cannot be written in.</exception>
    public void Begin()
    {
        if (_run is not null)
        {
            return;
        }

        foreach (CheckpointFolder folder in _others.Where(other => other.IsUsed).Concat(_members))
        {
            folder.Begin();
        }

        _run = All(Path).Select(folder => RunIn(new(folder)) ?? 0).Max() + 1;
    }

    /// <summary>Adds a checkpoint of a network, on any thread; the first one of a run deletes those of the run that it takes the place of.</summary>
    /// <param name="member">Which network, counted from 0.</param>
    /// <param name="checkpoint">The state.</param>
    /// <param name="notes">Strings that <see cref="ReadNotes"/> gives back.</param>
    /// <exception cref="DataException">It cannot be written; the checkpoints before stay as they were. Or the folder is another run's.</exception>
    public void Write<T>(int member, Checkpoint<T> checkpoint, IReadOnlyDictionary<string, string> notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(notes);
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, _members.Length);
        if (!_isWritten)
        {
            lock (_first)
            {
                if (!_isWritten)
                {
                    Begin();
                    WriteOne();
                    foreach (CheckpointFolder folder in _members.Concat(_others))
                    {
                        folder.Tidy();
                    }

                    _isWritten = true;
                    return;
                }
            }
        }

        WriteOne();

        void WriteOne() => _members[member].Write(checkpoint, new Dictionary<string, string>(notes, StringComparer.Ordinal)
        {
            [RunNote] = _run!.Value.ToString(CultureInfo.InvariantCulture),
            [NetworksNote] = _members.Length.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>The newest whole checkpoint of each network; null where it had none yet. From now on the folder is this run's, which goes on.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder, or none of this precision, or of another number of networks.</exception>
    /// <exception cref="DataException">Another process uses the folder.</exception>
    public IReadOnlyList<Checkpoint<T>?> Read<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (CheckpointFolder folder in _members.Concat(_others).Where(folder => folder.IsUsed))
        {
            folder.Hold();
        }

        (int run, int networks, _) = Newest(Path);
        if (networks != _members.Length)
        {
            throw new ModelException($"the run in '{Path}' is of {networks} networks, {_members.Length} expected");
        }

        bool IsLeft(CheckpointFolder folder) => RunIn(folder) is { } other && other != run; // by a run that this one took the place of
        foreach (CheckpointFolder other in _others.Where(IsLeft))
        {
            other.Begin(overwrite: true);
        }

        Checkpoint<T>?[] read = [.. _members.Select(member =>
        {
            if (member.IsUsed && !IsLeft(member))
            {
                return member.Read<T>();
            }

            member.Begin(overwrite: true);
            return null;
        })];
        _run = run;
        return read;
    }

    /// <summary>Other processes may use the folder.</summary>
    public void Dispose()
    {
        foreach (CheckpointFolder folder in _members.Concat(_others))
        {
            folder.Dispose();
        }

        (_run, _isWritten) = (null, false);
    }

    /// <summary>The newest run in a folder, of how many networks it is, and what its first network that has a whole checkpoint says.</summary>
    private static (int Run, int Networks, IReadOnlyDictionary<string, string> Notes) Newest(string path)
    {
        (int Run, int Networks, IReadOnlyDictionary<string, string> Notes)? newest = null;
        ModelException? first = null;
        foreach (CheckpointFolder folder in All(path).Select(one => new CheckpointFolder(one)).Where(one => one.IsUsed))
        {
            try
            {
                IReadOnlyDictionary<string, string> notes = folder.ReadNotes();
                if (newest is null || NumberIn(notes, RunNote) > newest.Value.Run)
                {
                    int networks = NumberIn(notes, NetworksNote);
                    newest = (NumberIn(notes, RunNote), networks > 0 ? networks : folder.Path == path ? 1 : All(path).Count() - 1, notes);
                }
            }
            catch (ModelException error)
            {
                first ??= error;
            }
        }

        return newest ?? throw first ?? new ModelException($"there is no checkpoint in '{path}'");
    }

    /// <summary>The run of a folder's newest whole checkpoint; 0: it does not say; null: there is none.</summary>
    private static int? RunIn(CheckpointFolder folder)
    {
        try
        {
            return NumberIn(folder.ReadNotes(), RunNote);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private static int NumberIn(IReadOnlyDictionary<string, string> notes, string name) =>
        notes.TryGetValue(name, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    /// <summary>The folders that checkpoints may lie in.</summary>
    private static IEnumerable<string> All(string path)
    {
        string[] found = [];
        try
        {
            found = Directory.GetDirectories(WorkingFolder.Full(path), Member + "*");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // there is no such folder, or it cannot be looked into, which the folder itself says
        }

        return [path, .. found.Select(folder => System.IO.Path.GetFileName(folder)[Member.Length..])
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int member) ? member : 0)
            .Where(member => member > 0).Distinct().Order().Select(member => Of(path, member))];
    }

    private static string Of(string path, int member) => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Member}{member}"));
}
