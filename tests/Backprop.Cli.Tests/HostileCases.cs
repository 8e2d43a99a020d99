using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static Backprop.Cli.Tests.HostileCase;

namespace Backprop.Cli.Tests;

/// <summary>Files and arguments that must be refused. Every message names the file; where a cell is wrong, its row and column.</summary>
internal static class HostileCases
{
    private static string Deep(string open, string close, int depth) => $"{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";

    public static IEnumerable<HostileCase> All() => [.. Models(), .. Networks(), .. Schemas(), .. Arrays(), .. Images(), .. Tables(), .. Json(), .. Queries(), .. Configurations(), .. Arguments(), .. Checkpoints()];

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

    private static IEnumerable<HostileCase> Arrays()
    {
        HostileCase Train(string part, string data) => new(3, part, "train", data, "--epochs", "1", "--quiet");
        byte[] y = Npy("<f8", "(2,)", 1.5, 2.5), x = Npy("<f8", "(2, 1)", 1, 2);
        HostileCase X(string part, byte[] bytes) => Train($"X.npy|{part}", "X.npy,y.npy").With("X.npy", bytes).With("y.npy", y);
        HostileCase Head(string part, string header, int bytes = 16) => X(part, Npy(header, bytes));
        HostileCase Zip(string part, byte[] bytes) => Train($"a.npz|{part}", "a.npz").With("a.npz", bytes);

        yield return X("is not a NumPy array", []);
        yield return X("is not a NumPy array", [0x93, .. "NUMPY"u8]);
        yield return X("is not a NumPy array", [0x93, .. "NUMPY"u8, 9, 0, 10, 0, .. new byte[40]]);
        yield return X("is not a NumPy array", Encoding.ASCII.GetBytes("\u0080\u0003]q\0.cos\nsystem\n(S'id'\ntR.and a pickle more"));
        yield return X("a header of 65535 bytes", Npy("{}", 0, 1, 65535));
        yield return X("a header of 4294967295 bytes", Npy("{}", 0, 2, uint.MaxValue));
        yield return X("no descr, fortran_order and shape", Npy(new string(' ', 1 << 20), 0, 2));
        yield return Head("no descr", "");
        yield return Head("no descr", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), 'shape': (1, 2), }");
        yield return Head("no descr", "__import__('os').system('id') # {'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }");
        yield return Head("no descr", "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 1), }");
        yield return Head("no descr", "{'descr': '<f8', 'fortran_order': 1, 'shape': (2, 1), }");
        yield return Head("no descr", "{'descr': '<f8', 'fortran_order': False, 'shape': (-2, 1), }");
        foreach (string type in new[] { "|O", "<U4", "|S8", "<c16", "<f2", "<M8[s]", "V8", "<i3", "=f9", "" })
        {
            yield return Head($"numbers of type '{type}' found", $"{{'descr': '{type}', 'fortran_order': False, 'shape': (2, 1), }}");
        }

        yield return Head("takes 24 bytes, 16 found", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1), }");
        yield return Head("takes 8 bytes, 16 found", "{'descr': '>f8', 'fortran_order': True, 'shape': (1, 1), }");
        yield return Head("shape", "{'descr': '|u1', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }");
        yield return Head("shape", "{'descr': '|u1', 'fortran_order': False, 'shape': (18446744073709551617,), }");
        yield return Head("rows of features expected", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 99999999), }", 0);
        yield return X("500 dimensions found", Npy($"{{'descr': '<f8', 'fortran_order': True, 'shape': ({string.Join(',', Enumerable.Repeat("1", 500))}), }}", 8));
        yield return Train("X.npy|2 rows of features, 3 rows of targets", "X.npy,y.npy").With("X.npy", x).With("y.npy", Npy("<f8", "(3,)", 1, 2, 3));
        yield return X("row 1, column 0: NaN found", Npy("<f8", "(2, 1)", 1, double.NaN));
        yield return X("row 0, column 1: ", Npy("<f8", "(2, 2)", 1, double.PositiveInfinity, 2, 3));
        yield return X("row 1, column 0: ", Npy("<f8", "(2, 1)", 1, double.NegativeInfinity));
        yield return Train("y.npy|row 1, column 0: NaN found", "X.npy,y.npy").With("X.npy", x).With("y.npy", Npy("<f8", "(2,)", 1, double.NaN));
        yield return new HostileCase(3, "X.npy|row 1, column 0: 1E+300 found", "train", "X.npy,y.npy", "--network", "4:tanh", "--quiet").With("X.npy", Npy("<f8", "(2, 1)", 1, 1e300)).With("y.npy", y);
        yield return new HostileCase(3, "X.npy|row 1, column 0: NaN found", "predict", "m.st", "X.npy").With("m.st", Model(Network)).With("X.npy", Npy("<f8", "(2, 2)", 1, 2, double.NaN, 4));
        yield return Zip("cannot read", []);
        yield return Zip("cannot read", new byte[100]);
        yield return Zip("has no array X; found", Npz());
        yield return Zip("has no array X; found ../../../../etc/cron.d/x, y", Npz(("../../../../etc/cron.d/x.npy", x), ("y.npy", y)));
        yield return Zip("array 'X' stands twice", Npz(("X.npy", x), ("X.npy", x), ("y.npy", y)));
        yield return Zip("array 'X' stands twice", Npz(("X.npy", x), ("X", x), ("y.npy", y)));
        yield return Zip("a.npz:X|numbers of type '|O' found", Npz(("X.npy", Npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 1), }", 16)), ("y.npy", y)));
        yield return Zip("a.npz:X|takes 800 bytes", Npz(("X.npy", Npy("<f8", "(100, 1)", 1, 2)), ("y.npy", y)));
        yield return Zip("a.npz:X|row 0, column 0: NaN", Npz(("X.npy", Npy("<f8", "(2, 1)", double.NaN, 2)), ("y.npy", y)));
        yield return Zip("a.npz:X|200000000 numbers announced", Npz(("X.npy", Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (200000000, 1), }", 200_000_000)), ("y.npy", y)));
        yield return Zip("numbers announced", Npz([.. Enumerable.Range(0, 12).Select(n => ($"x{n}.npy", Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3000000, 1), }", 3_000_000)))]));
        byte[] lying = Npz(("X.npy", x), ("y.npy", y));
        for (int at = 0; at + 4 < lying.Length; at++)
        {
            if (lying.AsSpan(at, 4).SequenceEqual("PK\u0001\u0002"u8))
            {
                lying.AsSpan(at + 24, 4).Fill(0x7F); // the unpacked size in the directory
            }
        }

        yield return Zip("2139062143|a.npz", lying) with { Parts = "a.npz" };
        yield return Zip("cannot read", [.. Npz(("X.npy", x), ("y.npy", y)).AsSpan(0, 150)]);
    }

    private static IEnumerable<HostileCase> Images()
    {
        HostileCase Case(string part, byte[] images, byte[]? labels = null) => new HostileCase(3, part, "train", "img,lab", "--epochs", "1", "--quiet").With("img", images).With("lab", labels ?? Idx(8, [2], 2));
        byte[] good = Idx(8, [2, 2, 2], 8);

        yield return Case("img|is not an IDX file", []);
        yield return Case("img|is not an IDX file", [0, 0, 8]);
        yield return Case("img|is not an IDX file", [1, 0, 8, 1, 0, 0, 0, 1, 0]);
        yield return Case("img|is not an IDX file", [0, 0, 8, 0]);
        yield return Case("img|is not an IDX file", Idx(8, [1, 1, 1, 1, 1, 1, 1, 1, 1], 1));
        yield return Case("img|IDX type 0x07", Idx(7, [2], 2));
        yield return Case("img|IDX type 0xFF", Idx(255, [2], 2));
        yield return Case("img|cannot read", [0, 0, 8, 3, 0, 0, 0, 1, 0]);
        yield return Case("img|larger than the file", Idx(8, [uint.MaxValue, 1, 1], 8));
        yield return Case("img|larger than the file", Idx(8, [int.MaxValue, int.MaxValue, int.MaxValue], 8));
        yield return Case("img|cut off", Idx(8, [2, 2, 2], 7));
        yield return Case("img|more than the 8 numbers", Idx(8, [2, 2, 2], 9));
        yield return Case("img|rows of features expected", Idx(8, [0, 28, 28], 0));
        yield return Case("lab|more than the 2 numbers", good, Idx(8, [2], 3));
        yield return Case("2 rows of features, 3 rows of targets", good, Idx(8, [3], 3));
        yield return Case("lab|is not an IDX file", good, "PK\u0003\u0004"u8.ToArray());
        yield return Case("img|cannot read", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        yield return Case("img|cut off", Gzip(Idx(8, [2, 2, 2], 7)));
        yield return Case("img|more than the 8 numbers", Gzip(Idx(8, [2, 2, 2], 1_000_000)));
        yield return Case("img|numbers announced by a file of", Gzip(Idx(8, [60000, 64, 64], 250_000_000)));
        yield return Case("img|numbers announced by a file of", Gzip(Idx(8, [200_000_000, 1, 1], 8)));
        yield return Case("img|row 0, column 1: NaN found", [.. Idx(0x0D, [2, 2], 0), .. new byte[4], 0x7F, 0xC0, 0, 0, .. new byte[8]]);
        yield return Case("lab|row 1, column 0: NaN found", good, [.. Idx(0x0E, [2], 0), .. new byte[8], 0x7F, 0xF8, 0, 0, 0, 0, 0, 0]);
        yield return new HostileCase(3, "lab|row 1: class 9 found, the network has 0 to 2", "train", "img,lab", "--network", "4-3:softmax", "--quiet").With("img", good).With("lab", [.. Idx(8, [2], 0), 0, 9]);
    }

    private static IEnumerable<HostileCase> Tables()
    {
        HostileCase Case(string name, string part, byte[] bytes) => new HostileCase(3, $"{name}|{part}", "train", name, "--epochs", "1", "--quiet").With(name, bytes);
        HostileCase Csv(string part, string text) => Case("t.csv", part, Encoding.UTF8.GetBytes(text));
        HostileCase Weighted(string part, string cell) => new HostileCase(3, part, "train", "t.csv", "--sample-weight", "w", "--quiet").With("t.csv", $"a,w,y\n1,1,2.5\n2,{cell},3.5\n3,1,4.5\n");

        yield return Csv("is empty", "");
        yield return Csv("is empty", "\uFEFF");
        yield return Csv("has no rows", "a,y\n");
        yield return Csv("a quote is opened and not closed", "a,y\n1,2\n\"3,4\n5,6\n");
        yield return Csv("row 1 (line 3): 3 cells found, 2 expected", "a,y\n1,2\n3,4,5\n");
        yield return Csv("row 1 (line 3): 1 cells found, 2 expected", "a,y\n1,2\n3\n4,5\n");
        yield return Csv("row 1 (line 3), column 'a': a zero byte found", "a,y\n1,2\n\0,4\n");
        yield return Csv("row 1 (line 3), column 'a': '777|characters more", $"a,y\n1,2\n{new string('7', 3_000_000)},4\n");
        yield return Csv("two columns named 'a'", "a,a,y\n1,2,3.5\n4,5,6.5\n");
        yield return Csv("two columns named 'y'", "a,y,y\n1,2,3.5\n4,5,6.5\n");
        yield return Csv("row 0 (line 2): 2 cells found, 1 expected", "# a comment\na,y\n1,2\n#3,4\n5,6\n");
        yield return Csv("row 9 (line 11), column 'a': '-nan' found", $"a,y\n{string.Concat(Enumerable.Range(0, 20).Select(n => $"{(n == 9 ? "-nan" : $"{n * 7 % 23}")},{n}.5\n"))}");
        yield return Csv("row 1 (line 3), column 'a': 'inf' found", "a,y\n1,2.5\ninf,3.5\n3,4.5\n");
        yield return Csv("row 1 (line 3), column 'a': '-Infinity' found", "a,y\n1,2.5\n-Infinity,3.5\n3,4.5\n");
        yield return Csv("row 1 (line 3), column 'a': '1e400' found", "a,y\n1,2.5\n1e400,3.5\n3,4.5\n");
        yield return Csv("row 2 (line 4), column 'y': the target is missing", "a,y\n1,2.5\n2,3.5\n3,NaN\n");
        yield return Csv("row 2 (line 4), column 'y': '1e999' found", "a,y\n1,2.5\n2,3.5\n3,1e999\n");
        yield return Csv("row 1 (line 3), column 'y': the target is missing", "a,y\n1,2.5\n2,\n3,4.5\n");
        yield return Csv("row 2 (line 4), column 'a': '-1E+308' found", "a,y\n1,2.5\n1e308,3.5\n-1e308,4.5\n");
        yield return Csv("row 1 (line 3), column 'y': '1E+308' found", "a,y\n1,2.5\n2,1e308\n3,-1e308\n");
        yield return new HostileCase(3, "t.csv|row 1 (line 3), column 'a': '1E+300' found", "train", "t.csv", "--preprocess", "none", "--network", "4:tanh").With("t.csv", "a,y\n1,2.5\n1e300,3.5\n3,4.5\n");
        yield return new HostileCase(3, "t.csv|row 1 (line 3), column 'y': '1E+300' found", "train", "t.csv", "--preprocess", "none", "--network", "4:tanh").With("t.csv", "a,y\n1,2.5\n3,1e300\n3,4.5\n");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': nothing found", "nan");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': inf found", "inf");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': -1 found", "-1");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': nothing found", "");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': 1E+300 found", "1e300");
        yield return Weighted("t.csv|row 1 (line 3), column 'w': heavy found", "heavy");
        yield return Case("t.csv", "row 1 (line 3), column 'a': the byte 0xFF found, text in UTF-8 expected", [.. "a,y\n1,2\n"u8, 0xFF, 0xFE, .. ",4\n"u8]);
        yield return Case("t.csv", "a zero byte found", Encoding.Unicode.GetBytes("a,y\n1,2.5\n3,4.5\n"));
        yield return Case("t.csv", "", [.. Enumerable.Range(0, 5000).Select(n => (byte)((n * 2654435761L) >> 11))]);
        yield return Case("t.tsv", "row 0 (line 2): 1 cells found, 2 expected", "a\ty\n3\n"u8.ToArray());
        yield return Case("t.csv.gz", "cannot read", "a,y\n1,2\n"u8.ToArray());
        yield return Case("t.csv.gz", "no such file packs so well", GzipOf("a,y\n", "1,2.5\n", 300));
        yield return Case("t.csv.gz", "no such file packs so well", GzipOf("a,y\n", "11111111", 300));
        yield return Case("t.parquet", "is not a Parquet file", []);
        yield return Case("t.parquet", "is not a Parquet file", "PAR1PAR1"u8.ToArray());
        yield return Case("t.parquet", "is not a Parquet file", [.. "PAR1"u8, .. new byte[20], 0xFF, 0xFF, 0xFF, 0x7F, .. "PAR1"u8]);
        yield return Case("t.parquet", "metadata of the Parquet file are malformed", [.. "PAR1"u8, .. new byte[20], 20, 0, 0, 0, .. "PAR1"u8]) with { Parts = "t.parquet" };
        yield return Case("t.parquet", "malformed, or nested more than 64 deep", [.. "PAR1"u8, .. Enumerable.Repeat((byte)0x1C, 100_000), 0xA0, 0x86, 1, 0, .. "PAR1"u8]);
        yield return Case("t.parquet", "malformed, or nested more than 64 deep", ParquetFile(200_000));
        yield return Case("t.parquet", "two columns named 'a'", ParquetFile("a", "b", "a"));
        yield return Case("t.parquet", "STRUCT(a STRUCT(a INTEGER)) found|column 'a'", ParquetFile(3)) with { Parts = "t.parquet|column 'a'|found, numbers or text expected" };
        yield return new HostileCase(3, "is a folder", "train", ".");
        yield return new HostileCase(3, "m.st|cannot read", "evaluate", "m.st/", "builtin:iris").With("m.st", "") with { Parts = "cannot read|m.st" };
        yield return new HostileCase(2, "t.csv|no column is named y", "train", "t.csv").With("t.csv", "\"x\"\"; COPY (SELECT 1) TO 'evil.csv'; --\",\"\u001b]0;owned\u0007\"\n1,2\n3,4\n") with { Parts = "t.csv|no column is named y|\\u001b]0;owned\\u0007" };
        yield return new HostileCase(2, "unknown column", "train", "t.csv", "--target", "y\"; DROP TABLE t; --").With("t.csv", "a,y\n1,2.5\n3,4.5\n");
        yield return new HostileCase(2, "unknown column", "train", "t.csv", "--target", new string('y', 100_000)).With("t.csv", "a,y\n1,2.5\n3,4.5\n");
        yield return new HostileCase(3, "y'; ATTACH 'z.db'; --.csv|has no rows", "train", "y'; ATTACH 'z.db'; --.csv").With("y'; ATTACH 'z.db'; --.csv", "a,y\n");
        yield return new HostileCase(3, "x[1].csv|row 0 (line 2), column 'a': 'inf'", "train", "x[1].csv").With("x[1].csv", "a,y\ninf,2.5\n3,4.5\n").With("x1.csv", "a,y\n1,2.5\n3,4.5\n");
        yield return new HostileCase(3, "no file matches", "train", "/etc/../proc/self/nothing*.csv");
        yield return new HostileCase(2, "t.csv", "data", "t.csv", "--target", "b").With("t.csv", $"{string.Join(',', Enumerable.Range(0, 10_000).Select(n => $"c{n}"))}\n{string.Join(',', Enumerable.Repeat("1", 10_000))}\n") with { Parts = "unknown column 'b'|10000 in all" };
    }

    private static IEnumerable<HostileCase> Json()
    {
        HostileCase Case(string name, string part, string text) => new HostileCase(3, $"{name}|{part}", "train", name, "--epochs", "1", "--quiet").With(name, text);

        yield return Case("t.json", "has no rows", "");
        yield return Case("t.json", "", "[]");
        yield return Case("t.json", "", "{");
        yield return Case("t.json", "", "[{\"a\":1,\"y\":2.5},{\"a\":1,\"y\"");
        yield return Case("t.json", "row 0 (line 1): the number 7 found, a row expected", "7");
        yield return Case("t.json", "row 0 (line 1): the number 1 found, a row expected", "[1,2,3]");
        yield return Case("t.json", "row 0 (line 1): a list found, a row expected", Deep("[", "]", 200_000));
        yield return Case("t.json", "row 0 (line 1), column 'a': an object found, numbers or text expected", Deep("{\"a\":", "}", 200_000));
        yield return Case("t.json", "row 0 (line 1): a list found, a row expected", new string('[', 1_000_000));
        yield return Case("t.jsonl", "row 1 (line 2), column 'a': a list found", $"{{\"a\":1,\"y\":2.5}}\n{{\"a\":{Deep("[", "]", 100)},\"y\":2.5}}\n");
        yield return Case("t.json", "column 'a'|numbers or text expected", "[{\"a\":{\"b\":1},\"y\":2.5},{\"a\":{\"b\":2},\"y\":3.5}]");
        yield return Case("t.json", "column 'a'|numbers or text expected", "[{\"a\":[1],\"y\":2.5},{\"a\":[2,3],\"y\":3.5}]");
        yield return Case("t.json", "duplicate key|t.json", "[{\"a\":1,\"a\":2,\"y\":2.5}]");
        yield return Case("t.jsonl", "row 1 (line 2), column 'a'", "{\"a\":1,\"y\":2.5}\n{\"a\":,\"y\":3.5}\n{\"a\":3,\"y\":4.5}\n");
        yield return Case("t.jsonl", "row 1 (line 2), column 'a': NaN found", "{\"a\":1,\"y\":2.5}\n{\"a\":NaN,\"y\":3.5}\n{\"a\":3,\"y\":4.5}\n");
        yield return Case("t.jsonl", "row 1 (line 2), column 'a': 1e400 found", "{\"a\":1,\"y\":2.5}\n{\"a\":1e400,\"y\":3.5}\n{\"a\":3,\"y\":4.5}\n");
        yield return Case("t.jsonl", "row 1 (line 2), column 'y': Infinity found", "{\"a\":1,\"y\":2.5}\n{\"a\":2,\"y\":Infinity}\n{\"a\":3,\"y\":4.5}\n");
        yield return Case("t.jsonl", "", "\0\u0001\u0002");
        yield return new HostileCase(3, "t.jsonl.gz|no such file packs so well", "train", "t.jsonl.gz").With("t.jsonl.gz", GzipOf("", "{\"y\":1,\"a\":2.5}\n", 300));
    }

    private static IEnumerable<HostileCase> Queries()
    {
        HostileCase Case(string part, string sql) => new HostileCase(3, part, "data", "--query", sql).With("t.csv", "a,y\n1,2.5\n3,4.5\n");

        yield return Case("Cannot access file \"/etc/passwd\"|in the current folder and below", "SELECT * FROM read_text('/etc/passwd')");
        yield return Case("Cannot access", "SELECT * FROM read_csv('/etc/passwd')");
        yield return Case("Cannot access", "SELECT * FROM read_blob('/etc/passwd')");
        yield return Case("Cannot access", "SELECT * FROM '/etc/hosts.csv'");
        yield return Case("Cannot access", "SELECT * FROM glob('/etc/*')");
        yield return Case("Cannot access", "SELECT * FROM read_text('../../../../../../etc/passwd')");
        yield return Case("Cannot access", "SELECT Delimiter AS y FROM sniff_csv('/etc/passwd')");
        yield return Case("Cannot access", "SELECT a, (SELECT content FROM read_text('/etc/passwd')) AS y FROM 't.csv'");
        yield return Case("httpfs", "SELECT * FROM 'http://127.0.0.1:9/x.csv'");
        yield return Case("httpfs", "SELECT * FROM read_parquet('s3://bucket/x.parquet')");
        foreach (string sql in new[]
        {
            "COPY (SELECT 1) TO 'evil.csv'", "ATTACH 'evil.db'", "INSTALL httpfs", "LOAD httpfs", "CREATE TABLE t (a INT)", "SET enable_external_access = true", "PRAGMA enable_profiling", "SELECT 1 AS y; SELECT 2",
            "SELECT 1 AS y; COPY (SELECT 1) TO 'evil.csv'", "EXPORT DATABASE 'evil'", "CALL pragma_version()", "", ";", "-- nothing",
        })
        {
            yield return Case("one SELECT statement expected", sql);
        }

        yield return Case("syntax error", "SELECT 1 AS y) ; COPY (SELECT 1) TO 'evil.csv'; SELECT * FROM (SELECT 1 AS y");
        yield return Case("syntax error", "SELECT 1 AS y) AS a, read_text('t.csv') AS (b");
        yield return Case("query", $"SELECT {new string('(', 30_000)}1{new string(')', 30_000)} AS y");
        yield return Case("query", "SELECT \0 AS y".Replace('\0', '\u0001'));
        yield return Case("row 1, column 'y': the target is missing", "SELECT * FROM (VALUES (1, 2.5::DOUBLE), (2, 'nan'::DOUBLE)) AS t(a, y)");
        yield return Case("row 0, column 'y': inf found", "SELECT 'inf'::FLOAT AS y, 1 AS a");
        yield return Case("column 'a': INTEGER[] found", "SELECT [1] AS a, 2.5 AS y");
        yield return new HostileCase(3, "x.db", "data", "--query", "SELECT 1", "--database", "x.db").With("x.db", new byte[20_000]);
        yield return new HostileCase(3, "x.db", "data", "--query", "SELECT 1", "--database", "x.db").With("x.db", [.. "SQLite format 3\0"u8, .. new byte[5000]]);
        yield return new HostileCase(3, "does not exist", "data", "--query", "SELECT 1", "--database", "x.db;ACCESS_MODE=READ_WRITE");
        yield return new HostileCase(3, "does not exist", "data", "--query", "SELECT 1", "--database", "http://127.0.0.1:9/x.db");
        yield return new HostileCase(3, "does not exist", "data", "http://127.0.0.1:9/x.csv");
        yield return new HostileCase(3, "does not exist", "data", "s3://bucket/x.parquet");
    }

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
