using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Backprop.Training;

namespace Backprop.Tables.Tuning;

/// <summary>
/// A folder that a race is written down in: <c>journal.jsonl</c>, a line of JSON for the race and one for each score, and the states of the candidates that are still in
/// it, <c>trial-N</c>. A race that is killed at any moment and goes on from there ends with the same winner and the same scores.
/// What has no whole line for the race yet is no journal.
/// </summary>
public sealed class RaceJournal : IDisposable
{
    private const string FileName = "journal.jsonl";

    private readonly string _folder;
    private FileStream? _file; // null: the race has not said which it is
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Trial, int Rung), Line> _lines = [];
    private readonly Dictionary<int, CheckpointFolders> _states = [];
    private Header? _header;

    private RaceJournal(string folder, FileStream? file, IReadOnlyDictionary<string, string> notes) => (_folder, _file, Notes) = (folder, file, notes);

    /// <summary>Strings that were given when it was begun.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; }

    /// <summary>The folder.</summary>
    public string Folder => _folder;

    /// <summary>Whether a folder holds a journal.</summary>
    public static bool IsIn(string folder)
    {
        try
        {
            using var file = new FileStream(PathIn(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return HasLine(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true; // somebody's, who has it open
        }
    }

    /// <summary>Begins one. Nothing is written before a race has read its rows: one that cannot begin leaves nothing behind.</summary>
    /// <param name="folder">The folder; it is made where it does not exist.</param>
    /// <param name="notes">Strings that <see cref="Resume"/> gives back.</param>
    /// <exception cref="DataException">The folder holds a journal.</exception>
    public static RaceJournal Begin(string folder, IReadOnlyDictionary<string, string>? notes = null)
    {
        return IsIn(folder) ? throw Other(folder) : new(folder, null, notes ?? new Dictionary<string, string>(StringComparer.Ordinal));
    }

    /// <summary>Opens one to go on with it.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DataException">There is no journal in it, it is in use, or not one that <see cref="Begin"/> began.</exception>
    public static RaceJournal Resume(string folder)
    {
        if (!IsIn(folder))
        {
            throw new DataException($"there is no journal of a race in '{folder}'{(File.Exists(PathIn(folder)) ? $": its '{FileName}' was cut off before it said of which; begin anew there, with --folder" : "")}");
        }

        FileStream file = Guarded(folder, () => new FileStream(PathIn(folder), FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        try
        {
            using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
            string text = reader.ReadToEnd();
            string[] lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries); // a last line without an end was cut off
            using JsonDocument first = JsonDocument.Parse(lines[0]);
            JsonElement root = first.RootElement;
            var journal = new RaceJournal(folder, file, Strings(root.GetProperty("notes"))) { _header = new(root.GetProperty("measure").GetString()!, root.GetProperty("candidates").GetInt32(), Strings(root.GetProperty("identity"))) };
            foreach (string line in lines.Skip(1))
            {
                using JsonDocument document = JsonDocument.Parse(line);
                Line read = Line.Of(document.RootElement);
                journal._lines[(read.Trial, read.Rung)] = read;
            }

            file.SetLength(Encoding.UTF8.GetByteCount(string.Join('\n', lines)) + 1);
            file.Seek(0, SeekOrigin.End);
            return journal;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            file.Dispose();
            throw new DataException($"'{Path.Combine(folder, FileName)}' is no journal of a race: {error.Message}", error);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Other processes may use the folder.</summary>
    public void Dispose()
    {
        foreach (CheckpointFolders folder in _states.Values)
        {
            folder.Dispose();
        }

        _states.Clear();
        _file?.Dispose();
    }

    /// <summary>Writes which race it is, or requires that it is the one that was begun.</summary>
    /// <exception cref="DataException">It is another, or cannot be written.</exception>
    internal void Open(string measure, int candidates, IReadOnlyDictionary<string, string> identity)
    {
        if (_header is null)
        {
            _file = Guarded(_folder, () =>
            {
                Directory.CreateDirectory(WorkingFolder.Full(_folder));
                return new FileStream(PathIn(_folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            });
            if (HasLine(_file))
            {
                throw Other(_folder); // begun in the meantime
            }

            _file.SetLength(0);
            _header = new(measure, candidates, identity);
            Append(json =>
            {
                json.WriteString("measure", measure);
                json.WriteNumber("candidates", candidates);
                Write(json, "identity", identity);
                Write(json, "notes", Notes);
            });
            return;
        }

        if (_header.Measure != measure || _header.Candidates != candidates)
        {
            throw new DataException($"the race in '{_folder}' is of {_header.Candidates} candidates by {_header.Measure}, {candidates} by {measure} found");
        }

        try
        {
            RunIdentity.Require(identity, _header.Identity);
        }
        catch (ModelException error)
        {
            throw new DataException($"cannot go on with the race in '{_folder}': {error.Message}", error);
        }
    }

    /// <summary>What is written of a trial at a rung; null: nothing yet.</summary>
    /// <exception cref="DataException">It is of other values.</exception>
    internal Line? Find(int trial, int rung, string values)
    {
        lock (_gate)
        {
            return !_lines.TryGetValue((trial, rung), out Line? line) ? null
                : line.Values == values ? line
                : throw new DataException($"trial {trial} of the race in '{_folder}' was {line.Values}, {values} found");
        }
    }

    internal void Add(Line line)
    {
        lock (_gate)
        {
            _lines[(line.Trial, line.Rung)] = line;
            Append(line.Write);
        }
    }

    /// <summary>The states of a trial's networks; null: there are none.</summary>
    internal IReadOnlyList<Checkpoint<T>?>? Read<T>(int trial, int members) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!CheckpointFolders.HoldsRun(StatesOf(trial)))
        {
            return null;
        }

        try
        {
            return States(trial, members).Read<T>();
        }
        catch (ModelException)
        {
            return null; // what cannot be read is trained again, to the same bits
        }
    }

    internal void Write<T>(int trial, int members, int member, Checkpoint<T> state) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        States(trial, members).Write(member, state, new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The states of a trial that is out.</summary>
    internal void Forget(int trial)
    {
        lock (_gate)
        {
            if (_states.Remove(trial, out CheckpointFolders? folder))
            {
                folder.Dispose();
            }
        }

        try
        {
            Directory.Delete(WorkingFolder.Full(StatesOf(trial)), recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // it was none, or takes space only
        }
    }

    private CheckpointFolders States(int trial, int members)
    {
        lock (_gate)
        {
            return _states.TryGetValue(trial, out CheckpointFolders? folder) ? folder : _states[trial] = new(StatesOf(trial), members, kept: 1, overwrite: true);
        }
    }

    private string StatesOf(int trial) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"trial-{trial}"));

    private static DataException Other(string folder) => new($"'{folder}' holds the journal of another race: go on with that one, or name another folder") { Settings = [$"Resume = {folder}", "Folder"] };

    /// <summary>Whether the first line has its end.</summary>
    private static bool HasLine(FileStream file)
    {
        int read;
        while ((read = file.ReadByte()) is not (-1 or '\n'))
        {
        }

        return read == '\n';
    }

    private static string PathIn(string folder) => Path.Combine(WorkingFolder.Full(folder), FileName);

    private void Append(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        Guarded(_folder, () =>
        {
            _file!.Write(line.ToArray());
            _file.Flush(flushToDisk: true);
            return true;
        });
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> strings)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in strings)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static Dictionary<string, string> Strings(JsonElement json) => json.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!, StringComparer.Ordinal);

    private static TResult Guarded<TResult>(string folder, Func<TResult> use)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"cannot use the folder '{folder}': {error.Message}", error);
        }
    }

    private sealed record Header(string Measure, int Candidates, IReadOnlyDictionary<string, string> Identity);

    /// <summary>One score.</summary>
    internal sealed record Line(int Trial, int Rung, string Values, int Epochs, double Score, double Error, double Seconds, bool HasEnded, string? Failure)
    {
        public void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("trial", Trial);
            json.WriteNumber("rung", Rung);
            json.WriteNumber("epochs", Epochs);
            Number(json, "score", Score);
            Number(json, "error", Error);
            json.WriteNumber("seconds", Seconds);
            json.WriteBoolean("ended", HasEnded);
            json.WriteString("failure", Failure);
            json.WriteString("values", Values);
        }

        public static Line Of(JsonElement json) => new(
            json.GetProperty("trial").GetInt32(), json.GetProperty("rung").GetInt32(), json.GetProperty("values").GetString()!, json.GetProperty("epochs").GetInt32(), Number(json, "score"), Number(json, "error"),
            json.GetProperty("seconds").GetDouble(), json.GetProperty("ended").GetBoolean(), json.GetProperty("failure").GetString());

        private static void Number(Utf8JsonWriter json, string name, double value)
        {
            if (double.IsFinite(value))
            {
                json.WriteNumber(name, value);
            }
            else
            {
                json.WriteNull(name);
            }
        }

        private static double Number(JsonElement json, string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;
    }
}
