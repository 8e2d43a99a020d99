using System.Globalization;

namespace Backprop.Tables.Models;

/// <summary>What trains where nothing of the model is chosen. The figures behind it are in docs/decisions/.</summary>
internal static class Recipe
{
    /// <summary>The network, and the smaller one that it has to be better than.</summary>
    public const string Hidden = "256:silu-128:silu", Smaller = "48:silu";

    public const string Optimizer = "adamw", Schedule = "one-cycle";

    public const double LearningRate = 0.003, WeightDecay = 0.05, LabelSmoothing = 0.05;

    /// <summary>Into how many pieces columns of numbers are cut; where there are very many columns, the first layer is wide enough.</summary>
    /// <remarks>Values gain by more pieces than classes.</remarks>
    public static int Bins(int columns, int rows, bool classes) => columns > ManyColumns ? 0 : classes ? 8 : Math.Min(Math.Clamp(rows / 20, 24, 48), Math.Max(8, ManyInputs / Math.Max(1, columns)));

    private const int ManyInputs = 4000;

    /// <summary>
    /// The networks that are trained on all folds, from small to large: of those that are better than the others the smallest is taken. A small one is
    /// as good as a large one more often than not, better where there is much noise in few rows. What decides is the log loss, of values the loss: where another figure is asked for, or classes weigh, nothing is chosen.
    /// </summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="classes">Whether the target is a class.</param>
    /// <param name="ending">What networks may have before their output: with it they are trained as well.</param>
    /// <param name="rows">How many rows there are: of many a large network needs it less, and takes the time of two.</param>
    public static IReadOnlyList<Size> Sizes(TrainingOptions options, bool classes, Ending ending, int rows = 0) =>
        !(options.UsesRecipe && options.Folds is null && options.ClassWeights is null && (options.KeepBy is null || options.KeepBy == (classes ? "log_loss" : "loss"))) ? [new(Hidden)]
        : ending == Ending.Ordered ? [new(Smaller, ending), new(Smaller), .. rows <= ManyOrdered ? [new Size(Hidden, ending)] : Array.Empty<Size>(), new(Hidden)]
        : ending == Ending.Positive ? [new(Smaller), new(Smaller, ending), new(Hidden), new(Hidden, ending)]
        : [new(Smaller), new(Hidden)];

    /// <summary>A network of the recipe.</summary>
    /// <param name="Hidden">Its hidden layers.</param>
    /// <param name="Ending">What it has before its output.</param>
    public readonly record struct Size(string Hidden, Ending Ending = Ending.None);

    /// <summary>Whether the order of labels is looked at: where a target is a column of a table, and columns are few enough for pieces.</summary>
    public static bool MayBeOrdered(int columns) => columns <= ManyColumns;

    /// <summary>Whether networks with an exponential are tried: where all networks of the recipe together are reckoned to take less than about half a minute.</summary>
    public static bool MayBePositive(int rows, int columns) =>
        rows <= ManyPositive && 8 * Multiplications(rows, Epochs(rows), columns * (1 + Bins(columns, rows, classes: false)), 304, 128) <= 3.5e12;

    private const int ManyColumns = 300, ManyOrdered = 5000, ManyPositive = 20_000;

    /// <summary>
    /// Classes of very many rows have a network of their own where <see cref="TrainingOptions.MaxSeconds"/> leaves time for it: twice as wide, twice as long. Where there is no limit it is not taken:
    /// nobody asked to wait.
    /// </summary>
    public const string LongHidden = "512:silu-256:silu";

    private const int ManyRows = 50_000, LongFolds = 7, LongEpochs = 30, LongBatch = 256;

    private const double LongDropout = 0.25;

    /// <summary>How much is done.</summary>
    /// <param name="Folds">Into how many folds rows are divided; null: one network, on one split.</param>
    /// <param name="IsLong">Whether the networks are those of a long run.</param>
    /// <param name="Ending">What some of the networks have before their output.</param>
    public readonly record struct Effort(int? Folds, bool IsLong = false, Ending Ending = Ending.None);

    /// <summary>The options with what a long run has in the place of what is not given.</summary>
    public static TrainingOptions For(TrainingOptions options, Effort effort) => !effort.IsLong ? options : options with
    {
        Hidden = LongHidden,
        Epochs = options.Epochs ?? LongEpochs,
        BatchSize = options.BatchSize ?? LongBatch,
        Dropout = options.Dropout ?? LongDropout,
    };

    /// <summary>What is done with so many rows.</summary>
    public static Effort Of(TrainingOptions options, int rows, int columns, bool classes, Notes notes, Ending ending = Ending.None)
    {
        if (!IsLong(options, rows, columns, classes))
        {
            int? folds = Folds(options, rows, columns, classes, notes, ending);
            return new(folds, Ending: folds is not null && Sizes(options, classes, ending, rows).Any(size => size.Ending != Ending.None) ? ending : Ending.None);
        }

        int epochs = options.Epochs ?? LongEpochs;
        notes.Add(new($"{LongFolds} networks {LongHidden} learn for {epochs} epoch{(epochs == 1 ? "" : "s")}, for which there is time: without a limit of time networks of half the width learn for {options.Epochs ?? Epochs(rows)}", IsLoss: false, "MaxSeconds"));
        return new(LongFolds, IsLong: true);
    }

    /// <summary>Networks of two sizes are an even number, those of a long run an odd one: a run that goes on knows which it is.</summary>
    private static bool IsLong(TrainingOptions options, int rows, int columns, bool classes) =>
        rows > ManyRows && classes && Sizes(options, classes, Ending.None).Count > 1 && options is { Ensemble: null, IsUsualValidation: true, FollowsOne: false, Preset: not Preset.Fast }
        && (options.Begun is { } begun ? begun == LongFolds
            : options.MaxSeconds is { } seconds && (LongFolds - 1) * Multiplications(rows, options.Epochs ?? LongEpochs, columns * (1 + Bins(columns, rows, classes)), 512, 256) <= Math.Ceiling(seconds) * MultiplicationsPerSecond(rows)); // each learns all folds but one

    /// <summary>Of forward, backward and gradient, in all epochs of one network.</summary>
    private static double Multiplications(int rows, int epochs, int inputs, int first, int second) => 3.0 * rows * epochs * (((double)first * inputs) + (first * second));

    /// <summary>
    /// How many folds rows are divided into, and so how many networks are trained; null: one network, on one split. What is asked for comes first: folds,
    /// an ensemble, rows that validate. What there is time for is reckoned, not measured: the model must not depend on the machine.
    /// </summary>
    private static int? Folds(TrainingOptions options, int rows, int columns, bool classes, Notes notes, Ending ending)
    {
        if (options.Begun is { } begun && options.UsesRecipe)
        {
            return begun > 1 ? Math.Max(2, begun / Sizes(options, classes, ending, rows).Count) : null;
        }

        if (options.FollowsOne)
        {
            if (Folds(options with { FollowsOne = false }, rows, columns, classes, new(), ending) is { } without)
            {
                notes.Add(new($"one network is trained in place of {without}, since one is all that can be followed", IsLoss: false, "FollowsOne"));
            }

            return null;
        }

        if (!options.UsesRecipe || options.Ensemble is not null || !options.IsUsualValidation || options.Preset == Preset.Fast)
        {
            return null;
        }

        if (rows < FewRows)
        {
            if (options.Preset == Preset.Best)
            {
                notes.Add(new($"{rows} rows are too few to be divided into folds: one network is trained", IsLoss: false, "Preset"));
            }

            return null;
        }

        bool best = options.Preset == Preset.Best;
        int many = rows <= 50_000 ? (best ? 16 : 8) : rows <= 200_000 ? (best ? 8 : 4) : best ? 5 : 1;
        if (options.MaxSeconds is { } left && many > 1)
        {
            double seconds = Math.Ceiling(left); // a start that took longer must not change the model
            double multiplications = Multiplications(rows, options.Epochs ?? Epochs(rows), columns * (1 + Bins(columns, rows, classes)), Sizes(options, classes, ending, rows).Sum(size => size.Hidden == Smaller ? 48 : 256), 128);
            int time = (int)Math.Clamp(seconds * MultiplicationsPerSecond(rows) / multiplications, 1, many);
            if (time < many)
            {
                time = time < 3 ? 1 : time; // of two folds each network would learn half of the rows
                notes.Add(new($"{(time == 1 ? "one network" : $"{time} networks")} in place of {many}, for the time of {seconds.ToString("G3", CultureInfo.InvariantCulture)} s", IsLoss: false, "MaxSeconds"));
            }

            many = time;
        }

        return many > 1 ? many : null;
    }

    /// <summary>A fold of fewer than five rows says little.</summary>
    private const int FewRows = 40;

    /// <summary>What two processors of any kind can be counted on to do, reading beside it: batches of many rows are large products.</summary>
    private static double MultiplicationsPerSecond(int rows) => rows > ManyRows ? 6e10 : 1e10;

    public const double Dropout = 0.1;

    public static int BatchSize(int rows) => rows switch { < 1000 => 16, < 20_000 => 32, < 100_000 => 128, _ => 256 };

    /// <summary>About 2 000 to 20 000 steps.</summary>
    public static int Epochs(int rows) => rows switch { < 1000 => 100, < 5000 => 60, < 20_000 => 30, _ => 15 };
}
