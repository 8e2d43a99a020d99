namespace Backprop.Cli.Tests;

public class SmokeTests
{
    [Fact]
    public void Suggests() => Assert.Equal("adam", Suggestion.Nearest("adan", ["adam", "sgd"]));
}
