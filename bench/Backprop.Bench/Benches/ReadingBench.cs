using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;
using Backprop.Tables.Reading;
using Backprop.Tables.Writing;

namespace Backprop.Bench.Benches;

/// <summary>Tables from a file: <c>backprop data FILE --json</c> as a whole process, with its summary of every column, against pandas, which only reads.</summary>
internal static class ReadingBench
{
    private const string Python = "/usr/bin/python3";

    private static readonly (int Rows, int Columns, bool IsParquet)[] s_cases = [(600_000, 32, false), (60, 20_000, false), (600_000, 32, true), (20_000, 60, false)];

    public static int Run(BenchOptions options)
    {
        var report = new Report("reading", "Reading tables: `backprop data FILE --json`, whole processes", options.Save);
        string folder = Directory.CreateTempSubdirectory("backprop-bench-").FullName;
        try
        {
            bool peers = options.Peers && HasPandas(report);
            var table = new MarkdownTable(["table", "MB", "backprop s", "min–max", "peak MB", "pandas s", "min–max", "peak MB", "ratio", "min–max"]);
            foreach ((int number, (int rows, int columns, bool isParquet)) in options.Select(s_cases))
            {
                Report.Progress($"{number}/{s_cases.Length} {rows} × {columns}{(isParquet ? " Parquet" : "")}");
                string file = Make(folder, rows, columns, isParquet), csv = Path.ChangeExtension(file, ".csv");
                double[][] seconds = [new double[options.Rounds], new double[options.Rounds]], megabytes = [new double[options.Rounds], new double[options.Rounds]];
                for (int round = -1; round < options.Rounds; round++)
                {
                    // The round before the first brings the files into memory.
                    for (int who = 0; who < (peers ? 2 : 1); who++)
                    {
                        InterleavedRounds.Pause();
                        (double time, double memory) = who == 0 ? WholeProcess.Run(OurCommand.Tool, "data", file, "--json") : WholeProcess.Run(Python, "-c", "import pandas, sys; pandas.read_csv(sys.argv[1])", csv);
                        if (round >= 0)
                        {
                            (seconds[who][round], megabytes[who][round]) = (time, memory);
                        }
                    }
                }

                Timing ours = new("backprop", 0, seconds[0]), theirs = new("pandas", 0, seconds[1]);
                var ratio = ours.Against(theirs);
                table.Add(
                    [$"{rows:N0} × {columns:N0} {(isParquet ? "Parquet (pandas: CSV)" : "CSV")}", Show.Number(new FileInfo(file).Length / 1e6), Show.Median(ours), Show.Range(ours), Show.Number(megabytes[0].Max()),
                    .. peers ? new[] { Show.Median(theirs), Show.Range(theirs), Show.Number(megabytes[1].Max()), Show.Ratio(ratio.Ratio), Show.Range(ratio) } : ["–", "–", "–", "–", "–"]]);
            }

            report.Table(table);
            report.Line("To reach: twice pandas at 600,000 × 32 with no more memory, as fast at 60 × 20,000, and Parquet no slower than CSV.");
            report.End();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Make(string folder, int rows, int columns, bool isParquet)
    {
        string csv = Path.Combine(folder, $"{rows}x{columns}.csv");
        if (!File.Exists(csv))
        {
            NumberTable.WriteCsv(csv, rows, columns);
        }

        if (!isParquet)
        {
            return csv;
        }

        string parquet = Path.ChangeExtension(csv, ".parquet");
        PredictionWriter.Write(parquet, TableReader.Read(csv).Columns);
        return parquet;
    }

    private static bool HasPandas(Report report)
    {
        try
        {
            WholeProcess.Run(Python, "-c", "import pandas");
            return true;
        }
        catch (InvalidOperationException error)
        {
            report.Line($"pandas is left out: {error.Message} (apt-get install python3-pandas)");
            return false;
        }
    }
}
