namespace Backprop.Mutation;

/// <summary>The committed list of faults that change no result: blocks of four lines (file, before, after, reason) with an empty line between.</summary>
internal sealed class Equivalents
{
    private readonly Dictionary<(string File, string Before, string After), string> _reasons = [];

    public Equivalents(string path)
    {
        string[] block = new string[4];
        int filled = 0;
        foreach (string line in System.IO.File.ReadLines(path))
        {
            string text = line.Trim();
            if (text.StartsWith('#') || (text.Length == 0 && filled == 0))
            {
                continue;
            }

            if (text.Length == 0)
            {
                throw new InvalidDataException($"{path}: a block of {filled} lines after '{block[0]}', expected file, before, after and reason");
            }

            block[filled++] = text;
            if (filled == 4)
            {
                _reasons.Add((block[0], block[1], block[2]), block[3]);
                filled = 0;
            }
        }
    }

    public int Count => _reasons.Count;

    public bool Contains(Mutant mutant) => _reasons.ContainsKey(mutant.Key);

    public string Reason(Mutant mutant) => _reasons[mutant.Key];

    /// <summary>The entries of some files that name no mutant at all.</summary>
    public IEnumerable<(string File, string Before, string After)> Unknown(IReadOnlyCollection<string> files, IEnumerable<Mutant> all)
    {
        HashSet<(string, string, string)> known = [.. all.Select(mutant => mutant.Key)];
        return _reasons.Keys.Where(key => files.Contains(key.File) && !known.Contains(key));
    }
}
