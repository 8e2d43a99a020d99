using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Web;
using Backprop.Optimizers;

namespace Backprop.Pages.Runs;

/// <summary>
/// All that a page shows, as its address says it: what is trained, how far, and what is looked at. Training is exact to the bit, so the
/// same address gives the same numbers. Only what differs from the default is written.
/// </summary>
internal sealed record PageState
{
    /// <summary>One of <see cref="PlaneData.Names"/>, <c>digits</c>, <c>iris</c>, or <c>file</c>: the data of the command line.</summary>
    public string Data { get; init; } = "circles";

    /// <summary>The target columns of a table; null: those of the command line, or the one whose name says so.</summary>
    public string? Target { get; init; }

    /// <summary>The points of a plane.</summary>
    public int Rows { get; init; } = 400;

    /// <summary>What the network is given of a point of the plane, some of <see cref="PlaneFeatures.Names"/>.</summary>
    public string Features { get; init; } = PlaneFeatures.Usual;

    /// <summary>How far they are shaken.</summary>
    public double Noise { get; init; } = 0.2;

    /// <summary>The part of the rows that is kept back to test.</summary>
    public double Test { get; init; } = 0.25;

    /// <summary>Whether to start from the weights and layers of the command line's model.</summary>
    public bool FromModel { get; init; }

    /// <summary>The hidden layers, as <c>6:tanh-4:tanh</c>; may be empty.</summary>
    public string Hidden { get; init; } = "6:tanh-4:tanh";

    /// <summary>The output layer's activation; null: softmax for classes, identity for values.</summary>
    public string? Output { get; init; }

    /// <summary>The loss; null: the one that goes with the output.</summary>
    public string? Loss { get; init; }

    public string Optimizer { get; init; } = "sgd";

    /// <summary>μ, of an optimizer that has it.</summary>
    public double Momentum { get; init; }

    /// <summary>η at first.</summary>
    public double LearningRate { get; init; } = 0.3;

    public int BatchSize { get; init; } = 16;

    public double L1 { get; init; }

    public double L2 { get; init; }

    /// <summary>What was changed as the run went on: η, L1 and L2, or a parameter by hand (<see cref="RunChange.Parse"/>).</summary>
    public string Then { get; init; } = "";

    public ulong Seed { get; init; }

    /// <summary>The steps of training to show; a page that is opened runs them first.</summary>
    public long Steps { get; init; }

    /// <summary>The parameter that is derived, as <c>W1[0,0]</c>; empty: a weight that lives.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>The row whose loss is derived.</summary>
    public int Row { get; init; }

    /// <summary>Whether the mean loss of the next mini-batch is derived instead.</summary>
    public bool OfBatch { get; init; } = true;

    /// <summary>Whether edges and maps show gradients in the place of weights.</summary>
    public bool Gradients { get; init; }

    /// <summary>The steps a second that training plays with; 0: as fast as it goes.</summary>
    public double Speed { get; init; } = 10;

    /// <summary>Whether the plane shows what is said alone, not how sure it is.</summary>
    public bool Discrete { get; init; }

    /// <summary>Whether test rows are drawn.</summary>
    public bool ShowsTest { get; init; } = true;

    /// <summary>The step of the guided tour, from 1; 0: none is taken.</summary>
    public int Tour { get; init; }

    /// <summary>The number of the exercise, from 1; 0: none is done.</summary>
    public int Exercise { get; init; }

    /// <summary>η, L1 and L2 at first.</summary>
    public TrainingRates Rates => new(LearningRate, L1, L2);

    /// <summary>η, L1 and L2 at last.</summary>
    public TrainingRates LastRates => RatesAt(long.MaxValue);

    /// <summary>η, L1 and L2 of the step after so many.</summary>
    public TrainingRates RatesAt(long step) => RunChange.Parse(Then).LastOrDefault(change => change.Rates is not null && change.Step <= step)?.Rates ?? Rates;

    /// <summary>What the optimizer is made with.</summary>
    public OptimizerOptions OptimizerOptions => new() { LearningRate = LearningRate, Momentum = Momentum == 0 ? null : Momentum };

    /// <summary>The same with other rates from the beginning.</summary>
    public PageState With(TrainingRates rates) => this with { LearningRate = rates.LearningRate, L1 = rates.L1, L2 = rates.L2, Then = "" };

    /// <summary>Whether another state trains the same network in the same way.</summary>
    public bool IsSameRun(PageState other) => Looks(this) == Looks(other);

    private static PageState Looks(PageState state) => state with { Steps = 0, Parameter = "", Row = 0, OfBatch = false, Gradients = false, Speed = 0, Discrete = false, ShowsTest = false, Tour = 0, Exercise = 0 };

    /// <summary>Reads a query string. What it does not say is taken from the fallback; what it says wrongly too, and is told.</summary>
    /// <param name="query">The query string.</param>
    /// <param name="fallback">The page at its bare address.</param>
    /// <param name="mistake">What is wrong with the query, in words; null where nothing is.</param>
    public static PageState Parse(string query, PageState fallback, out string? mistake)
    {
        var given = HttpUtility.ParseQueryString(query);
        var values = given.AllKeys.Where(key => !string.IsNullOrEmpty(key)).ToDictionary(key => key!, key => given.GetValues(key) ?? [""], StringComparer.Ordinal);
        List<string> mistakes = [.. new[] { null, "" }.SelectMany(key => given.GetValues(key) ?? []).Where(text => text.Length > 0).Select(text => $"the address says '{text}', name=value expected")];
        string? Text(string name)
        {
            if (!values.Remove(name, out string[]? value))
            {
                return null;
            }

            if (value.Length > 1)
            {
                mistakes.Add($"'{name}' stands {value.Length} times in the address");
            }

            return value[^1];
        }

        // Nothing stands for none, which is not what the fallback has.
        string? Choice(string name, string? otherwise) => Text(name) is { } text ? text.Length == 0 ? null : text : otherwise;

        T Read<T>(string name, T otherwise, bool isRead, T value, string text, string expected)
        {
            if (!isRead)
            {
                mistakes.Add($"{name}: '{text}' found, {expected} expected");
            }

            return isRead ? value : otherwise;
        }

        T Within<T>(string name, T otherwise, bool isRead, T value, string text) where T : INumber<T>
        {
            string? wrong = PageLimits.Mistake(name, isRead ? double.CreateChecked(value) : double.NaN, text);
            mistakes.AddRange(wrong is null ? [] : [wrong]);
            return wrong is null ? value : otherwise;
        }

        double Number(string name, double otherwise) =>
            Text(name) is { } text ? Within(name, otherwise, double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value), value, text) : otherwise;
        long Count(string name, long otherwise) =>
            Text(name) is { } text ? Within(name, otherwise, long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value), value, text) : otherwise;
        ulong Whole(string name, ulong otherwise) =>
            Text(name) is { } text ? Read(name, otherwise, ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value), value, text, $"a whole number from 0 to {ulong.MaxValue}") : otherwise;
        bool Flag(string name, bool otherwise) => Text(name) is { } text ? Read(name, otherwise, text is "0" or "1", text == "1", text, "0 or 1") : otherwise;

        string Changes(string name, string otherwise)
        {
            string changes = Text(name) ?? otherwise;
            try
            {
                return RunChange.Format(RunChange.Parse(changes));
            }
            catch (UsageException error)
            {
                mistakes.Add(error.Message);
                return otherwise;
            }
        }

        (bool namesRow, int before) = (values.ContainsKey("row"), mistakes.Count);
        int row = (int)Count("row", fallback.Row);
        bool ofBatch = fallback.OfBatch && !(namesRow && mistakes.Count == before); // who names a row wants to see it
        PageState state = new()
        {
            Data = Text("data") ?? fallback.Data,
            Target = Choice("target", fallback.Target),
            Rows = (int)Count("rows", fallback.Rows),
            Features = Text("features") ?? fallback.Features,
            Noise = Number("noise", fallback.Noise),
            Test = Number("test", fallback.Test),
            FromModel = Flag("model", fallback.FromModel),
            Hidden = Text("hidden") ?? fallback.Hidden,
            Output = Choice("output", fallback.Output),
            Loss = Choice("loss", fallback.Loss),
            Optimizer = Text("optimizer") ?? fallback.Optimizer,
            Momentum = Number("momentum", fallback.Momentum),
            LearningRate = Number("rate", fallback.LearningRate),
            BatchSize = (int)Count("batch", fallback.BatchSize),
            L1 = Number("l1", fallback.L1),
            L2 = Number("l2", fallback.L2),
            Then = Changes("then", fallback.Then),
            Seed = Whole("seed", fallback.Seed),
            Steps = Count("steps", fallback.Steps),
            Parameter = Text("parameter") ?? fallback.Parameter,
            Row = row,
            OfBatch = Flag("mean", ofBatch),
            Gradients = Flag("gradients", fallback.Gradients),
            Speed = Number("speed", fallback.Speed),
            Discrete = Flag("discrete", fallback.Discrete),
            ShowsTest = Flag("showtest", fallback.ShowsTest),
            Tour = (int)Count("tour", fallback.Tour),
            Exercise = (int)Count("exercise", fallback.Exercise),
        };
        mistakes.AddRange(values.Keys.Select(name => $"the address says '{name}', which means nothing here"));
        mistake = mistakes.Count == 0 ? null : string.Join("; ", mistakes);
        return state;
    }

    /// <summary>The query string, question mark included; empty for the fallback itself.</summary>
    public string ToQuery(PageState fallback)
    {
        var values = new List<string>();
        void Add<T>(string name, T value, T otherwise)
        {
            if (!EqualityComparer<T>.Default.Equals(value, otherwise))
            {
                string text = value switch
                {
                    bool flag => flag ? "1" : "0",
                    double number => number.ToString("R", CultureInfo.InvariantCulture),
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
                };
                values.Add($"{name}={UrlEncoder.Default.Encode(text)}");
            }
        }

        Add("data", Data, fallback.Data);
        Add("target", Target, fallback.Target);
        Add("rows", Rows, fallback.Rows);
        Add("features", Features, fallback.Features);
        Add("noise", Noise, fallback.Noise);
        Add("test", Test, fallback.Test);
        Add("model", FromModel, fallback.FromModel);
        Add("hidden", Hidden, fallback.Hidden);
        Add("output", Output, fallback.Output);
        Add("loss", Loss, fallback.Loss);
        Add("optimizer", Optimizer, fallback.Optimizer);
        Add("momentum", Momentum, fallback.Momentum);
        Add("rate", LearningRate, fallback.LearningRate);
        Add("batch", BatchSize, fallback.BatchSize);
        Add("l1", L1, fallback.L1);
        Add("l2", L2, fallback.L2);
        Add("then", Then, fallback.Then);
        Add("seed", Seed, fallback.Seed);
        Add("steps", Steps, fallback.Steps);
        Add("parameter", Parameter, fallback.Parameter);
        Add("row", Row, fallback.Row);
        Add("mean", OfBatch, fallback.OfBatch && Row == fallback.Row);
        Add("gradients", Gradients, fallback.Gradients);
        Add("speed", Speed, fallback.Speed);
        Add("discrete", Discrete, fallback.Discrete);
        Add("showtest", ShowsTest, fallback.ShowsTest);
        Add("tour", Tour, fallback.Tour);
        Add("exercise", Exercise, fallback.Exercise);
        return values.Count == 0 ? "" : $"?{string.Join('&', values)}";
    }
}
