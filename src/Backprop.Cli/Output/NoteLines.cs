using Backprop.Tables;

namespace Backprop.Cli.Output;

/// <summary>What the libraries have to say, as lines for people.</summary>
internal static class NoteLines
{
    /// <summary>Does something and tells what it has noted, also where it fails.</summary>
    /// <param name="work">What notes.</param>
    /// <param name="quiet">Whether only those are told that say what was lost, since nobody wants more or a line of JSON carries them.</param>
    public static TResult Of<TResult>(Func<Notes, TResult> work, bool quiet = false)
    {
        var notes = new Notes();
        try
        {
            return work(notes);
        }
        finally
        {
            Tell(notes.All, quiet);
        }
    }

    /// <summary>Tells notes.</summary>
    /// <param name="notes">Them.</param>
    /// <param name="quiet">Whether only those are told that say what was lost; <c>--json</c> carries all that warn.</param>
    public static void Tell(IEnumerable<Note> notes, bool quiet)
    {
        foreach (Note note in notes)
        {
            string line = OptionNames.With(note.Message, note.Settings);
            if (!note.IsGuess)
            {
                Terminal.Warn(line, silently: quiet && !note.IsLoss);
            }
            else if (!quiet)
            {
                Terminal.Say($"backprop: {line}");
            }
        }
    }
}
