using System.Text;
using static Backprop.Cli.Tests.HostileCase;
using static Backprop.Cli.Tests.HostileCases;

namespace Backprop.Cli.Tests;

/// <summary>Arrays, images, tables and queries that must be refused.</summary>
internal static class HostileData
{
    public static IEnumerable<HostileCase> All() => [.. Arrays(), .. Images(), .. Tables(), .. Json(), .. Queries()];

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
}
