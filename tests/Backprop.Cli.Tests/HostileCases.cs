using static Backprop.Cli.Tests.HostileCase;

namespace Backprop.Cli.Tests;

/// <summary>Files and arguments that must be refused. Every message names the file; where a cell is wrong, its row and column.</summary>
internal static class HostileCases
{
    public static IEnumerable<HostileCase> All() => [.. HostileModels.All(), .. HostileData.All(), .. Configurations(), .. Arguments()];

    public static string Deep(string open, string close, int depth) => $"{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";

    private static IEnumerable<HostileCase> Configurations()
    {
        HostileCase Case(string part, string config) => new HostileCase(3, $"c.json|{part}", "train", "builtin:iris", "--quiet", "--config", "c.json").With("c.json", config);

        yield return Case("config", "");
        yield return Case("config", "{");
        yield return Case("an object|config", "null") with { Parts = "c.json|a JSON object of option names expected" };
        yield return Case("a JSON object of option names expected", "[]");
        yield return Case("config", Deep("{\"a\":", "}", 100_000));
        yield return Case("config", "{\"epochs\":1,\"epochs\":2}");
        yield return Case("unknown option", "{\"\":1}");
        yield return Case("unknown option", $"{{\"{new string('x', 100_000)}\":1}}");
        yield return Case("did you mean 'epochs'", "{\"epoch\":1}");
        yield return Case("unknown option", "{\"config\":\"c.json\"}");
        yield return Case("unknown option", "{\"--epochs\":1}");
        yield return Case("a Object found", "{\"epochs\":{\"a\":1}}");
        yield return Case("--epochs: '1.5' found", "{\"epochs\":1.5}");
        yield return Case("--epochs: '1e999' found", "{\"epochs\":1e999}");
        yield return Case("--epochs: '1,2' found", "{\"epochs\":[1,2]}");
        yield return Case("--seed: '-1' found", "{\"seed\":-1}");
        yield return Case("--precision", "{\"precision\":\"half\"}");
        yield return Case("config", "{\"network\":\"\\ud800\"}");
        yield return Case("more than 1048576 bytes", $"{{\"network\":\"{new string('8', 2_000_000)}\"}}");
        yield return new HostileCase(3, "config", "train", "builtin:iris", "--config", "") with { Parts = "config ''" };
        yield return new HostileCase(3, "config '.'", "train", "builtin:iris", "--config", ".");
        yield return new HostileCase(3, "more than 1048576 bytes", "train", "builtin:iris", "--config", "/dev/zero");
    }

    private static IEnumerable<HostileCase> Arguments()
    {
        foreach ((string specification, string part) in new[]
        {
            ("", "units:activation"), ("-", "units:activation"), ("---", "units:activation"), (":", "units:activation"), ("relu", "units:activation"), ("0:relu", "at least 1 unit"), ("-8:relu", "units:activation"),
            ("99999999999:relu", "units:activation"), ("2147483647:relu", "too large"), ("16777217:relu", "too large"), ("16777216:relu-16777216:relu", "too large"), ("8:relu(", "leaky_relu(0.1)"), ("8:relu)", "unknown activation"),
            ("8:elu(NaN)", "finite"), ("8:elu(1e999)", "finite"), ("8:elu(0x1p3)", "leaky_relu(0.1)"), ("8:leaky_relu(((((0.1", "leaky_relu(0.1)"), ("8:ρelu", "unknown activation"), ("８:relu", "units:activation"), ("8 8:relu", "units:activation"),
            ("8:relu-3:softmax", "softmax can only stand at the output"), ("4-0:softmax", "at least 1 unit"), ("5-3:softmax", "5 inputs"), ("4-2:softmax", "takes 2 targets"), (new string('8', 100_000), "characters more"), ("4-" + new string('(', 50_000), "characters more"),
            ("8:\u001b[31m", "\\u001b[31m"), ("4-3:relu-1:sigmoid", "one output tells two apart"),
        })
        {
            yield return new(2, part, "train", "builtin:iris", "--quiet", "--network", specification);
        }

        foreach ((string name, string value) in new[]
        {
            ("learning-rate", "NaN"), ("learning-rate", "Infinity"), ("learning-rate", "1e999"), ("learning-rate", "-1"), ("learning-rate", "0x10"), ("epochs", "-1"), ("epochs", "99999999999"), ("epochs", "NaN"), ("batch-size", "0"), ("batch-size", "-5"),
            ("batch-size", "1e3"), ("max-time", "NaN"), ("max-time", "-1"), ("warmup", "-1"), ("early-stopping", "-1"), ("dropout", "1"), ("dropout", "NaN"), ("dropout", "-0.1"), ("l1", "NaN"), ("l1", "1e999"), ("l2", "-1"), ("weight-decay", "NaN"), ("weight-decay", "-1"),
            ("clip-norm", "NaN"), ("clip-norm", "-1"), ("clip-value", "0"), ("clip-value", "Infinity"), ("label-smoothing", "2"), ("label-smoothing", "NaN"), ("beta1", "1"), ("beta2", "NaN"), ("epsilon", "-1"), ("threads", "0"), ("threads", "-3"),
            ("threads", "99999999999"), ("validation", "1.5"), ("validation", "-0.1"), ("seed", "18446744073709551616"), ("loss", "huber:NaN"), ("loss", "huber:1e999"), ("loss", "quantile:-1"), ("loss", ":"), ("loss", "huber:1:2"), ("schedule", "../cosine"),
            ("initializer", ""), ("optimizer", "adam\u001b[0m"), ("class-weights", "a=NaN"), ("class-weights", "setosa=1e999"), ("class-weights", "setosa=-1"), ("class-weights", "="), ("sample-weight", "../../etc/passwd"), ("target", ",,,"), ("precision", "double "),
            ("task", "Classification"),
        })
        {
            yield return new(2, "", "train", "builtin:iris", "--quiet", $"--{name}={value}");
        }

        yield return new(2, "expected the number of inputs first", "check", "--network", "8:relu");
        yield return new(2, "--rows", "check", "--network", "2-1:tanh", "--rows", "2147483647");
        yield return new(2, "--rows must be at least 1", "check", "--network", "2-1:tanh", "--rows", "-1");
        yield return new(2, "--sample must be at least 1", "check", "--network", "2-1:tanh", "--sample", "0");
        yield return new(2, "too large", "check", "--network", "16777216-16777216:tanh");
        foreach ((string parameter, int code) in new[] { ("W1[0,99999999999]", 2), ("W1[-1,0]", 2), ("W0[0,0]", 2), ("W1[0]", 2), ("W1[0,0", 2), ("b1[0,0]", 2), ("W[0,0]", 2), ("W1[0,2]", 2), ("Ｗ1[0,0]", 2), ("", 2), (new string('W', 100_000), 2) })
        {
            yield return new HostileCase(code, "parameter", "explain", "m.st", "d.csv", "--row", "0", "--parameter", parameter).With("m.st", Model(Network)).With("d.csv", "a,b,y\n1,2,3.5\n4,5,6.5\n");
        }

        foreach (string row in new[] { "2", "-1", "2147483647" })
        {
            yield return new HostileCase(3, $"row {row} does not exist", "explain", "m.st", "d.csv", $"--row={row}", "--parameter", "b1[0]").With("m.st", Model(Network)).With("d.csv", "a,b,y\n1,2,3.5\n4,5,6.5\n");
        }

        yield return new(3, "'@c.rsp' does not exist", "train", "@c.rsp");
        yield return new HostileCase(3, "'@c.rsp' does not exist", "train", "@c.rsp2").With("c.rsp2", "builtin:iris\n--epochs\n1\n") with { Parts = "'@c.rsp2' does not exist" };
        yield return new(2, "unknown command", new string('x', 100_000));
        yield return new(2, "unknown option", "train", "--" + new string('x', 100_000));
        yield return new(2, "unknown command", "\u202Etrain");
        yield return new(3, "does not exist", "train", new string('d', 5000) + ".csv");
        yield return new(3, "cannot read", "evaluate", new string('d', 5000) + ".st", "builtin:iris");
        yield return new(3, "cannot", "train", "builtin:iris", "--epochs", "1", "-o", new string('d', 5000) + ".st");
        yield return new(2, "did you mean 'iris'", "train", "builtin:iriss");
        yield return new(2, "built-in data", "train", "builtin:../../etc/passwd");
    }
}
