using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static Backprop.Cli.Tests.HostileCase;
using static Backprop.Cli.Tests.HostileCases;

namespace Backprop.Cli.Tests;

/// <summary>Models, what they say of networks and columns, and checkpoints that must be refused.</summary>
internal static class HostileModels
{
    public static IEnumerable<HostileCase> All() => [.. Models(), .. Networks(), .. Schemas(), .. Checkpoints()];

    private static IEnumerable<HostileCase> Models()
    {
        HostileCase File(string part, byte[] bytes) => new HostileCase(3, $"m.st|{part}", "summary", "m.st", "--json").With("m.st", bytes);
        HostileCase Header(string part, string header, int bytes = 12) => File(part, Tensors(header, bytes));
        string meta = $"\"__metadata__\":{{\"network\":{Quote(Network)}}}";
        HostileCase Weights(string part, string tensors, int bytes) => Header(part, $"{{{meta},{tensors}}}", bytes);
        string One(string name, string type, string shape, string offsets) => $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":{shape},\"data_offsets\":{offsets}}}";

        yield return File("0 bytes found", []);
        yield return File("7 bytes found", new byte[7]);
        yield return File("the header is not the JSON", new byte[8]);
        yield return File("a header of", Tensors("{}", 0, -1));
        yield return File("a header of", Tensors("{}", 0, long.MaxValue));
        yield return File("a header of", Tensors("{}", 0, long.MinValue));
        yield return File("a header of", Tensors("{}", 0, 3));
        yield return File("a header of", Encoding.ASCII.GetBytes("<!DOCTYPE html><html><body>404</body></html>"));
        yield return File("a header of", Npz(("a.npy", Npy("<f8", "(1,)", 1))));
        yield return File("the header is not the JSON", Tensors(new byte[1000]));
        yield return File("the header is not the JSON", Tensors([0xEF, 0xBB, 0xBF, .. "{}"u8]));
        yield return Header("the header is not the JSON", "[]");
        yield return Header("the header is not the JSON", "null");
        yield return Header("the header is not the JSON", "{");
        yield return Header("the header is not the JSON", "{} x");
        yield return Header("the header is not the JSON", "{}{}");
        yield return Header("the header is not the JSON", $"{{\"a\":{Deep("[", "]", 100_000)}}}");
        yield return Header("the header is not the JSON", "{\"\\ud800\":{}}");
        yield return Header("a Number found for its dtype, a string expected", "{\"a\":{\"dtype\":7}}");
        yield return File("the header is not the JSON", Tensors([.. "{\""u8, 0xC3, 0x28, .. "\":{}}"u8]));
        yield return Header("no tensor: tensors end at byte 0, the file has 12 bytes", "{}");
        yield return Header("no 'network'", "{}", 0);
        yield return Header("'__metadata__' stands twice", $"{{{meta},{meta},{TwoTensors}}}");
        yield return Header("metadata 'a' is a", "{\"__metadata__\":{\"a\":{}}}");
        yield return Header("metadata 'a' is a", "{\"__metadata__\":{\"a\":null}}");
        yield return Header("metadata 'a' stands twice", "{\"__metadata__\":{\"a\":\"\",\"\\u0061\":\"\"}}");
        yield return Header("format 'backprop-gradient' found", $"{{\"__metadata__\":{{\"format\":\"backprop-gradient\",\"loss\":\"0.5\"}},{TwoTensors}}}");
        yield return Header("version '3' found", $"{{\"__metadata__\":{{\"version\":\"3\"}},{TwoTensors}}}");
        yield return Weights("'layers.1.bias' stands twice", TwoTensors + "," + One("layers.1.bias", "F32", "[1]", "[8,12]"), 12);
        yield return Weights("'shape' stands twice", "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}", 4);
        yield return Weights("unknown key 'path'", "\"a\":{\"path\":\"/etc/passwd\"}", 4);
        yield return Weights("a Null found for its dtype, a string expected", "\"a\":{\"dtype\":null,\"shape\":[1],\"data_offsets\":[0,4]}", 4);
        yield return Weights("expected dtype, shape", One("a", "F32", "[1]", "[4,0]"), 4);
        yield return Weights("expected dtype, shape", One("a", "F32", "[1]", "[0,4,8]"), 4);
        yield return Weights("unknown type", One("a", "f32", "[1]", "[0,4]"), 4);
        yield return Weights("whole numbers", One("a", "F32", "[1.5]", "[0,4]"), 4);
        yield return Weights("whole numbers", One("a", "F32", "[-1]", "[0,4]"), 4);
        yield return Weights("whole numbers", One("a", "F32", "[1e999]", "[0,4]"), 4);
        yield return Weights("whole numbers", One("a", "F32", "[18446744073709551617]", "[0,4]"), 4);
        yield return Weights("whole numbers", One("a", "F32", $"[{string.Join(',', Enumerable.Repeat("1", 65))}]", "[0,4]"), 4);
        yield return Weights("too large", One("a", "F32", "[9223372036854775807,9223372036854775807,9223372036854775807]", "[0,4]"), 4);
        yield return Weights("takes 4 bytes, 9223372036854775807 found", One("a", "F32", "[1]", "[0,9223372036854775807]"), 4);
        yield return Weights("whole numbers", One("a", "F32", "[1]", "[-4,0]"), 4);
        yield return Weights("there is a hole before it", One("a", "F32", "[1]", "[4,8]"), 8);
        yield return Weights("tensors overlap", One("a", "F32", "[2]", "[0,8]") + "," + One("b", "F32", "[2]", "[4,12]"), 12);
        yield return Weights("it is cut off", One("a", "F32", "[2]", "[0,8]"), 4);
        yield return Weights("hole at the end", One("a", "F32", "[2]", "[0,8]"), 12);
        yield return Weights("type I32 found", One("layers.1.weight", "I32", "[1,2]", "[0,8]") + "," + One("layers.1.bias", "F32", "[1]", "[8,12]"), 12);
        yield return Weights("[2, 1] found, [1, 2] expected", One("layers.1.weight", "F32", "[2,1]", "[0,8]") + "," + One("layers.1.bias", "F32", "[1]", "[8,12]"), 12);
        yield return Weights("'layers.1.weight' of shape [1, 2] is missing", One("../../../etc/passwd", "F32", "[2]", "[0,8]"), 8);
        yield return Weights("tensor 'C:\\evil\\u0000' does not belong", TwoTensors + "," + One("C:\\\\evil\\u0000", "F32", "[]", "[12,16]"), 16);
        yield return Weights("\\u001b[2J", TwoTensors + "," + One("\\u001b[2J", "F32", "[]", "[12,16]"), 16);
        yield return Weights("characters more", TwoTensors + "," + One(new string('a', 1 << 20), "F32", "[]", "[12,16]"), 16);
        yield return Weights("does not belong", TwoTensors + "," + string.Join(',', Enumerable.Range(0, 100_000).Select(n => One($"t{n}", "U8", "[0]", "[12,12]"))), 12);
        foreach ((int at, float value, string name) in new[] { (12, float.NaN, "layers.1.weight', element 0: NaN"), (8, float.PositiveInfinity, "layers.1.weight', element 1: "), (4, float.NegativeInfinity, "layers.1.bias', element 0: ") })
        {
            byte[] bytes = Model(Network);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - at), value);
            yield return File(name, bytes);
        }
    }

    private static IEnumerable<HostileCase> Networks()
    {
        HostileCase Case(string part, string network) => new HostileCase(3, $"m.st|{part}", "summary", "m.st", "--json").With("m.st", Model(network));
        string Layer(string layer, string more = "") => $"{{\"inputs\":2,\"layers\":[{layer}]{more}}}";
        const string Tanh = "{\"units\":1,\"activation\":\"tanh\"}";

        yield return Case("network", "");
        yield return Case("network", "null");
        yield return Case("network", "[]");
        yield return Case("network", "7");
        yield return Case("network", "{}{}");
        yield return Case("'layers' is missing", "{}");
        yield return Case("network", Deep("{\"layers\":", "}", 10_000));
        yield return Case("network", "{\"inputs\":2,\"layers\":{}}");
        yield return Case("at least one layer", "{\"inputs\":2,\"layers\":[]}");
        yield return Case("network", "{\"inputs\":2,\"layers\":[null]}");
        yield return Case("'inputs' is missing", $"{{\"layers\":[{Tanh}]}}");
        yield return Case("network", $"{{\"inputs\":\"2\",\"layers\":[{Tanh}]}}");
        yield return Case("network", $"{{\"inputs\":2.5,\"layers\":[{Tanh}]}}");
        yield return Case("1 to 16777216 inputs, found 0", $"{{\"inputs\":0,\"layers\":[{Tanh}]}}");
        yield return Case("inputs, found 2147483647", $"{{\"inputs\":2147483647,\"layers\":[{Tanh}]}}");
        yield return Case("network", $"{{\"inputs\":99999999999,\"layers\":[{Tanh}]}}");
        yield return Case("network", $"{{\"inputs\":2,\"inputs\":2,\"layers\":[{Tanh}]}}");
        yield return Case("at least 1 unit, found -1", Layer("{\"units\":-1,\"activation\":\"tanh\"}"));
        yield return Case("network", Layer("{\"units\":1e400,\"activation\":\"tanh\"}"));
        yield return Case("too large", "{\"inputs\":16777216,\"layers\":[{\"units\":16777216,\"activation\":\"tanh\"}]}");
        yield return Case("'layers.1.weight': shape [1, 2] found", "{\"inputs\":16777216,\"layers\":[{\"units\":1,\"activation\":\"tanh\"}]}");
        yield return Case("'activation' is null", Layer("{\"units\":1,\"activation\":null}"));
        yield return Case("network", Layer("{\"units\":1,\"activation\":7}"));
        yield return Case("did you mean 'tanh'", Layer("{\"units\":1,\"activation\":\"tahn\"}"));
        yield return Case("unknown activation", Layer($"{{\"units\":1,\"activation\":\"{new string('x', 100_000)}\"}}"));
        yield return Case("did you mean 'units'", Layer("{\"unit\":1,\"activation\":\"tanh\"}"));
        yield return Case("finite parameter", Layer("{\"units\":1,\"activation\":\"elu\",\"alpha\":1e400}"));
        yield return Case("has no parameter", Layer("{\"units\":1,\"activation\":\"relu\",\"alpha\":1}"));
        yield return Case("dropout must be", Layer("{\"units\":1,\"activation\":\"relu\",\"dropout\":1}"));
        yield return Case("network", Layer("{\"units\":1,\"activation\":\"relu\",\"dropout\":\"NaN\"}"));
        yield return Case("softmax can only stand at the output", Layer($"{{\"units\":2,\"activation\":\"softmax\"}},{Tanh}"));
        yield return Case("'loss' is null", Layer(Tanh, ",\"loss\":null"));
        yield return Case("unknown loss", Layer(Tanh, ",\"loss\":\"\\u0000\""));
        yield return Case("delta must be", Layer(Tanh, ",\"loss\":\"huber\",\"delta\":-1"));
        yield return Case("delta must be", Layer(Tanh, ",\"loss\":\"huber\",\"delta\":1e999"));
        yield return Case("tau must be", Layer(Tanh, ",\"loss\":\"quantile\",\"tau\":2"));
        yield return Case("has no 'tau'", Layer(Tanh, ",\"loss\":\"huber\",\"tau\":0.5"));
        string Input(string input, int inputs = 2) => $"{{\"inputs\":{inputs},\"input\":{input},\"layers\":[{Tanh}]}}";
        yield return Case("input: null found, an object expected", Input("null"));
        yield return Case("input: [2] found, an object expected", Input("[2]"));
        yield return Case("'numbers' is missing", Input("{}"));
        yield return Case("did you mean 'numbers'", Input("{\"number\":2}"));
        yield return Case("'numbers': \"2\" found, a whole number expected", Input("{\"numbers\":\"2\"}"));
        yield return Case("'numbers': 1e400 found", Input("{\"numbers\":1e400}"));
        yield return Case("'numbers': 99999999999 found", Input("{\"numbers\":99999999999}"));
        yield return Case("the input has -2 numbers and 0 codes", Input("{\"numbers\":-2}"));
        yield return Case("the input has 2147483647 numbers and 2 codes", Input("{\"numbers\":2147483647,\"codes\":[{\"categories\":2,\"size\":1},{\"categories\":2,\"size\":1}]}", -2147483647));
        yield return Case("the input has 0 numbers and 0 codes", Input("{\"numbers\":0}", 0));
        yield return Case("2 inputs found, 3 expected: 3 numbers and 0 codes", Input("{\"numbers\":3}"));
        yield return Case("'codes': 3 found, a list expected", Input("{\"numbers\":2,\"codes\":3}"));
        yield return Case("a code of the input: 7 found", Input("{\"numbers\":1,\"codes\":[7]}"));
        yield return Case("'size' is missing", Input("{\"numbers\":1,\"codes\":[{\"categories\":2}]}"));
        yield return Case("an embedding of -1 categories in 2 numbers", Input("{\"numbers\":1,\"codes\":[{\"categories\":-1,\"size\":2}]}"));
        yield return Case("an embedding of 2147483647 categories in 2147483647 numbers", Input("{\"numbers\":1,\"codes\":[{\"categories\":2147483647,\"size\":2147483647}]}"));
        yield return Case("the input makes 16777217 numbers of a row: at most 16777216", Input("{\"numbers\":1,\"codes\":[{\"categories\":1,\"size\":16777216}]}"));
        yield return Case("'scale': 1 found, true or false expected", Input("{\"numbers\":2,\"scale\":1}"));
        yield return Case("a scale and no numbers", Input("{\"numbers\":0,\"scale\":true,\"codes\":[{\"categories\":2,\"size\":1}]}", 1));
        yield return Case("periodic: true found", Input("{\"numbers\":2,\"periodic\":true}"));
        yield return Case("'sigma': \"NaN\" found, a number expected", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":1,\"size\":1,\"sigma\":\"NaN\"}}"));
        yield return Case("a finite sigma above 0", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":1,\"size\":1,\"sigma\":1e999}}"));
        yield return Case("a finite sigma above 0", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":1,\"size\":1,\"sigma\":0}}"));
        yield return Case("by 0 frequencies", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":0,\"size\":1}}"));
        yield return Case("numbers of a row: at most", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":1,\"size\":2147483647}}"));
        yield return Case("has 4294967294 weights: at most", Input("{\"numbers\":2,\"periodic\":{\"frequencies\":2147483647,\"size\":1}}"));
        yield return Case("tensor 'input.scale' of shape [2] is missing", Input("{\"numbers\":2,\"scale\":true}"));
        yield return Case("tensor 'input.embeddings.1.weight' of shape [1000000000, 1] is missing", Input("{\"numbers\":1,\"codes\":[{\"categories\":1000000000,\"size\":1}]}"));
        yield return Case("'layers.1.weight'", Layer(string.Join(',', Enumerable.Repeat("{\"units\":3,\"activation\":\"tanh\"}", 20_000))));
    }

    private static IEnumerable<HostileCase> Schemas()
    {
        HostileCase Case(string schema) => new HostileCase(3, "schema", "evaluate", "m.st", "d.csv").With("m.st", Model(Network, schema)).With("d.csv", "a,b,y\n1,2,3.5\n4,5,6.5\n");
        const string A = "{\"name\":\"a\",\"kind\":\"numeric\"}", B = "{\"name\":\"b\",\"kind\":\"numeric\"}", Y = "{\"names\":[\"y\"],\"kind\":\"values\"}";
        string Of(string column = B, string target = Y, string more = "") => $"{{\"columns\":[{A},{column}],\"target\":{target}{more}}}";

        foreach (string schema in new[]
        {
            "", "null", "[]", "{}", "{\"columns\":null,\"target\":null}", "{\"columns\":[],\"target\":{}}", Deep("[", "]", 5000), Of() + Of(), "{\"columns\":[],\"columns\":[]}",
            Of("{\"kind\":\"numeric\"}"), Of("{\"name\":null,\"kind\":\"numeric\"}"), Of("{\"name\":\"b\"}"), Of("{\"name\":\"b\",\"kind\":\"7\"}"), Of("{\"name\":\"b\",\"kind\":\"numeric,ignored\"}"),
            Of("{\"name\":\"b\",\"kind\":null}"), Of("{\"name\":\"b\",\"kind\":\"ignored\"}"), Of("{\"name\":\"b\",\"kind\":\"categorical\"}"), Of("{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[\"x\",\"x\"]}"),
            Of("{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[null]}"), Of("{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[\"p\",\"q\"]}"), Of("{\"name\":\"b\",\"kind\":\"numeric\",\"mean\":1e400}"),
            Of("{\"name\":\"b\",\"kind\":\"numeric\",\"scale\":0}"), Of("{\"name\":\"b\",\"kind\":\"numeric\",\"scale\":-1}"), Of("{\"name\":\"b\",\"kind\":\"numeric\",\"scale\":\"1\"}"), Of("{\"name\":\"b\",\"kind\":\"numeric\",\"imputed\":1e999}"),
            Of("{\"name\":\"b\",\"kind\":\"numeric\",\"flags_missing\":1}"), Of("{\"name\":\"b\",\"kind\":\"numeric\",\"flags_missing\":true}"),
            Of(target: "{\"names\":[],\"kind\":\"values\"}"), Of(target: "{\"names\":[\"y\",\"y\"],\"kind\":\"values\"}"), Of(target: "{\"names\":[\"y\",\"a\"],\"kind\":\"values\"}"), Of(target: "{\"names\":[null],\"kind\":\"values\"}"),
            Of(target: "{\"names\":[\"y\"],\"kind\":\"class\"}"), Of(target: "{\"names\":[\"y\"],\"kind\":\"class\",\"labels\":[]}"), Of(target: "{\"names\":[\"y\"],\"kind\":\"class\",\"labels\":[\"p\",\"p\"]}"),
            Of(target: "{\"names\":[\"y\"],\"kind\":\"class\",\"labels\":[\"p\",\"q\",\"r\"]}"), Of(target: "{\"names\":[\"y\"],\"kind\":\"values\",\"means\":[1]}"), Of(target: "{\"names\":[\"y\"],\"kind\":\"values\",\"means\":[1],\"scales\":[0]}"),
            Of(target: "{\"names\":[\"y\"],\"kind\":\"values\",\"means\":[1e400],\"scales\":[1]}"), Of(target: "{\"names\":[\"y\"],\"kind\":\"values\",\"means\":[1,2],\"scales\":[1,2]}"), Of(more: ",\"sample_weight\":7"),
        })
        {
            yield return Case(schema);
        }
    }

    private static IEnumerable<HostileCase> Checkpoints()
    {
        HostileCase Case(string part, byte[] bytes) => new HostileCase(3, part, "train", "--resume", "k").With("k/checkpoint-00000001.safetensors", bytes);
        string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        string Meta(string? arguments = null, string state = "", string version = "3", string directory = ".")
        {
            var notes = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["format"] = "backprop-checkpoint", ["version"] = version, ["state"] = state };
            if (arguments is not null)
            {
                (notes["arguments"], notes["directory"]) = (arguments, directory);
            }

            string digest = Hash(Hash("") + string.Concat(notes.Select(note => $"\n{note.Key.Length} {note.Key} {note.Value.Length} {note.Value}")));
            notes["sha256"] = digest;
            return JsonSerializer.Serialize(new Dictionary<string, object> { ["__metadata__"] = notes });
        }

        yield return Case("checkpoint-00000001.safetensors", []);
        yield return Case("is not a checkpoint", Model(Network));
        yield return Case("does not say which run it is of", Tensors(Meta(), 0));
        yield return Case("does not say which run it is of", Tensors(Meta("["), 0));
        yield return Case("does not say which run it is of", Tensors(Meta("null"), 0));
        yield return Case("does not say which run it is of", Tensors(Meta("[null]"), 0));
        yield return Case("does not say which run it is of", Tensors(Meta("[\"--epochs\",\"x\"]"), 0));
        const string Iris = "[\"builtin:iris\"]";
        yield return Case("the checkpoint cannot be read", Tensors(Meta(Iris), 0));
        yield return Case("the checkpoint cannot be read", Tensors(Meta(Iris, "{}"), 0));
        yield return Case("damaged", Tensors(Meta(Iris, "{}").Replace("\"{}\"", "\"{ }\""), 0));
        yield return Case("damaged", Tensors(Meta(Iris, "{}").Replace("iris", "digits"), 0));
        yield return Case("of version 1, expected 3", Tensors(Meta(Iris, version: "1"), 0));
        yield return Case("nowhere", Tensors(Meta(Iris, "{}", directory: "/nowhere"), 0));
        yield return new(3, "there is no checkpoint in", "train", "--resume", "nowhere");
    }
}
