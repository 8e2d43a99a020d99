using System.Globalization;
using Backprop.Kernels;
using Backprop.Optimizers;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tuning;

/// <summary>What is searched: ranges, and the values of what has none. Draws candidates from it that are spread evenly, whatever their number.</summary>
internal sealed class SearchSpace
{
    /// <summary>What draws are made of.</summary>
    private const ulong Stream = 0x54554E45;

    private const string Network = "network";

    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<string> _sizes;

    /// <param name="options">What is fixed.</param>
    /// <param name="given">The ranges; none: those that usually matter, as far as nothing is fixed of them.</param>
    /// <param name="rows">How many rows are learned.</param>
    /// <param name="columns">How many columns the table has; null: features that stay as they are.</param>
    /// <param name="classes">Whether the target is a class.</param>
    /// <param name="all">How many rows there are, those that validate among them; null: as many.</param>
    /// <param name="sizes">The networks that the recipe trains, and chooses from; null: one.</param>
    /// <exception cref="UsageException">Two ranges of one option, or one of an option that is fixed; or nothing is left to be searched.</exception>
    public SearchSpace(TrainingOptions options, IReadOnlyList<SearchRange> given, int rows, int? columns, bool classes, int? all = null, IReadOnlyList<string>? sizes = null)
    {
        if (given.GroupBy(range => range.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException($"two ranges of {twice.Key} found, one expected");
        }

        if (given.FirstOrDefault(range => TunableOption.Of(range.Name).Get(options) is not null) is { } both)
        {
            throw new UsageException($"{both.Name} is given a value and a range ({both}): one of them expected");
        }

        _options = options;
        Fixed = options.UsesRecipe ? RecipeValues.Of(options, rows, columns, classes, all) : [];
        _sizes = sizes ?? [Recipe.Hidden];
        Ranges = given.Count == 0 ? Usual(options, rows, columns, classes, all ?? rows)
            : Fixed.Count > 0 && _sizes.Count > 1 && given.All(range => range.Name != Network) ? [.. given, SearchRange.Parse($"{Network}={string.Join(',', _sizes)}")] // the recipe's choice
            : given;
        if (Ranges.Count == 0)
        {
            throw new UsageException("everything that is searched for where no range is given is fixed: nothing is left to be tuned; give a range of something else, or leave an option away");
        }
    }

    private SearchSpace(SearchSpace other, TrainingOptions options) => (_options, _sizes, Ranges, Fixed) = (options, other._sizes, other.Ranges, other.Fixed);

    /// <summary>The same for other options that are fixed, of the columns say.</summary>
    public SearchSpace Of(TrainingOptions options) => new(this, options);

    /// <summary>The ranges.</summary>
    public IReadOnlyList<SearchRange> Ranges { get; }

    /// <summary>The recipe's values of what nothing is said of, those that have a range among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fixed { get; }

    /// <summary>The candidates: first the recipe as it is, with each of its networks, if it lies in the ranges, then places of a sequence that fills the space evenly, from a start that the seed draws.</summary>
    /// <remarks>x_n = frac(s + n α), α_j = φ^(−j−1), where φ^(d+1) = φ + 1 in d dimensions (Roberts 2018, the R sequence). Equal ones are left out, so that there may be fewer than asked for.</remarks>
    public IReadOnlyList<Candidate> Draw(int count, ulong seed)
    {
        int dimensions = Ranges.Count;
        double root = 2;
        for (int n = 0; n < 60; n++)
        {
            root = Math.Pow(1 + root, 1.0 / (dimensions + 1));
        }

        double[] steps = [.. Enumerable.Range(1, dimensions).Select(j => Math.Pow(root, -j))];
        var random = new CounterRandom(seed, Stream);
        var candidates = new List<Candidate>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        void Add(IReadOnlyList<KeyValuePair<string, string>> values)
        {
            var candidate = new Candidate(TunableOption.Apply(_options, FixedBeside(values).Concat(values)), values);
            if (seen.Add(candidate.ToString()))
            {
                candidates.Add(candidate);
            }
        }

        foreach (string size in Fixed.Count > 0 ? _sizes.Take(count) : [])
        {
            KeyValuePair<string, string>[] recipe = [.. Fixed.Select(value => value.Key == Network ? KeyValuePair.Create(Network, size) : value)];
            if (Ranges.All(range => recipe.Any(value => value.Key == range.Name && range.PlaceOf(value.Value) is not null)))
            {
                Add([.. Ranges.Select(range => recipe.First(value => value.Key == range.Name))]);
                RecipeNetworks = [.. RecipeNetworks, size];
            }
        }

        for (int n = 0; candidates.Count < count && n < 20 * count; n++)
        {
            double Place(int j)
            {
                double x = random.Uniform((ulong)j) + ((n + 1) * steps[j]);
                return x - Math.Floor(x);
            }

            Add([.. Ranges.Select((range, j) => KeyValuePair.Create(range.Name, range.At(Place(j))))]);
        }

        return candidates;
    }

    /// <summary>What a candidate has beside its own values, but what its optimizer does not have.</summary>
    private IEnumerable<KeyValuePair<string, string>> FixedBeside(IReadOnlyList<KeyValuePair<string, string>> values)
    {
        string? optimizer = values.FirstOrDefault(value => value.Key == "optimizer").Value;
        return Fixed.Where(one => values.All(value => value.Key != one.Key) && (optimizer is null || Takes(_options with { Optimizer = optimizer }, one.Key, one.Value)));
    }

    /// <summary>The networks of the first candidates, which are the recipe in all else; empty: it is not in the ranges.</summary>
    public IReadOnlyList<string> RecipeNetworks { get; private set; } = [];

    /// <summary>What of all options is not the caller's own, in the words of the command line: the recipe's, then the candidate's.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Spelled(Candidate candidate) =>
        [.. TunableOption.All.Select(option => candidate.Values.Concat(FixedBeside(candidate.Values)).FirstOrDefault(value => value.Key == option.Name)).Where(value => value.Key is not null)];

    /// <summary>Learning rate, size, dropout, weight decay, pieces of numbers, rows of a batch.</summary>
    private static IReadOnlyList<SearchRange> Usual(TrainingOptions options, int rows, int? columns, bool classes, int all)
    {
        bool isRecipes = options.UsesRecipe;
        int batch = Recipe.BatchSize(rows), bins = columns is { } count && options.Columns.Preprocess ? Recipe.Bins(count, all, classes) : 0;
        string[] ranges =
        [
            "learning-rate=" + (isRecipes ? "3e-4..2e-2:log" : options.Optimizer is "sgd" or "adagrad" or "adadelta" ? "1e-3..1:log" : "1e-4..3e-2:log"),
            "network=" + (rows < 1000 ? "48:silu,64:silu-32:silu,128:silu-64:silu,256:silu-128:silu" : "48:silu,128:silu-64:silu,256:silu-128:silu,256:silu-256:silu-128:silu"),
            "dropout=0..0.4",
            "weight-decay=" + (isRecipes || options.Optimizer == "adamw" ? "1e-3..0.5:log" : "1e-6..1e-2:log"),
            string.Create(CultureInfo.InvariantCulture, $"batch-size={batch / 2},{batch},{2 * batch}"),
            .. bins > 0 ? [string.Create(CultureInfo.InvariantCulture, $"bins=0,{bins / 2},{bins},{2 * bins}")] : Array.Empty<string>(),
        ];
        return [.. ranges.Select(SearchRange.Parse).Where(range => TunableOption.Of(range.Name).Get(options) is null && Takes(options, range.Name, range.At(0.5)))];
    }

    /// <summary>Whether the optimizer has the option: what it refuses is no usual range of it.</summary>
    private static bool Takes(TrainingOptions options, string name, string value)
    {
        try
        {
            return TabularTrainer<float>.Choose(TunableOption.Of(name).Set(options, value), new()) is not Minimizer || name is not "dropout";
        }
        catch (UsageException)
        {
            return false;
        }
    }
}
