namespace Backprop.Tests.Oracles;

/// <summary>The files of the repository that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>A path in it; the test is skipped where the tests run without it.</summary>
    public static string At(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Backprop.slnx")))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        Assert.Skip("the repository is not here");
        return "";
    }
}
