using System.Globalization;
using System.Numerics;
using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>
/// A folder of checkpoints, numbered in the order they were written. Each is written whole or not at all, older ones are deleted only after a
/// newer one is on the disk, and each carries a hash of its own tensors: reading takes the newest that is whole.
/// </summary>
public sealed class CheckpointFolder
{
    /// <summary>How many checkpoints are kept unless said.</summary>
    public const int DefaultKept = 3;

    private const string Prefix = "checkpoint-", Suffix = ".safetensors";

    private readonly int _kept;
    private readonly IDisk _disk;
    private HashSet<string>? _own;

    /// <summary>Names a folder; nothing is read or written yet.</summary>
    /// <param name="path">The folder; it is made when the first checkpoint is written.</param>
    /// <param name="kept">How many of the newest checkpoints are kept.</param>
    /// <exception cref="UsageException">Fewer than one.</exception>
    public CheckpointFolder(string path, int kept = DefaultKept) : this(path, kept, Disk.Real)
    {
    }

    internal CheckpointFolder(string path, int kept, IDisk disk)
    {
        ArgumentNullException.ThrowIfNull(path);
        (Path, _kept, _disk) = (path, kept >= 1 ? kept : throw new UsageException($"at least 1 checkpoint must be kept, {kept} found"), disk);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Adds a checkpoint, then deletes those that are too many, and at first those of earlier runs.</summary>
    /// <param name="checkpoint">The state.</param>
    /// <param name="notes">Strings that <see cref="ReadNotes"/> gives back.</param>
    /// <exception cref="DataException">It cannot be written; the checkpoints before stay as they were.</exception>
    public void Write<T>(Checkpoint<T> checkpoint, IReadOnlyDictionary<string, string> notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(notes);
        long next;
        try
        {
            _disk.CreateFolder(Path);
            next = Numbered().Select(file => file.Number).DefaultIfEmpty(0).Max() + 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"cannot use the checkpoint folder '{Path}': {error.Message}", error);
        }

        string file = System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{next:D8}{Suffix}"));
        checkpoint.ToFile(notes).Write(file, _disk);
        (_own ??= new(StringComparer.Ordinal)).Add(file);
        Tidy();
    }

    /// <summary>From now on the checkpoints that the folder holds count as this run's, and are kept as such.</summary>
    public void GoOn() => _own = [.. Numbered().Select(file => file.Path)];

    /// <summary>The strings that the newest whole checkpoint was written with.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder.</exception>
    public IReadOnlyDictionary<string, string> ReadNotes() => Newest(file =>
    {
        _ = Checkpoint<float>.StateOf(file);
        return file.Metadata;
    });

    /// <summary>Reads the newest whole checkpoint.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder, or none of this precision.</exception>
    public Checkpoint<T> Read<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => Newest(Checkpoint<T>.FromFile);

    private TResult Newest<TResult>(Func<SafeTensorsFile, TResult> read)
    {
        ModelException? first = null;
        try
        {
            foreach ((string path, _) in Numbered().OrderByDescending(file => file.Number))
            {
                try
                {
                    return read(SafeTensorsFile.Read(path, _disk));
                }
                catch (ModelException error)
                {
                    first ??= error.Message.Contains(path, StringComparison.Ordinal) ? error : new ModelException($"'{path}': {error.Message}", error); // an older one may be whole
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelException($"cannot read the checkpoint folder '{Path}': {error.Message}", error);
        }

        throw first ?? new ModelException($"there is no checkpoint in '{Path}'");
    }

    private List<(string Path, long Number)> Numbered() => [.. _disk.Files(Path).Select(path => (path, NumberOf(System.IO.Path.GetFileName(path)))).Where(file => file.Item2 > 0)];

    /// <summary>Whether a file of that name is taken for a checkpoint, and so deleted when newer ones have come.</summary>
    internal static bool IsCheckpoint(string name) => NumberOf(name) > 0;

    private static long NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;

    /// <summary>What cannot be deleted now is tried again after the next checkpoint: it does no harm but to take space.</summary>
    private void Tidy()
    {
        try
        {
            var own = Numbered().Where(file => _own!.Contains(file.Path)).OrderByDescending(file => file.Number).Take(_kept).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            foreach (string path in _disk.Files(Path))
            {
                string name = System.IO.Path.GetFileName(path);
                bool isLeftOver = name.StartsWith('.' + Prefix, StringComparison.Ordinal) && name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);
                if (isLeftOver || (NumberOf(name) > 0 && !own.Contains(path)))
                {
                    _disk.Delete(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
