internal static class Codes
{
    /// <summary>The code of a category that a feature is.</summary>
    private static int Code(Real feature, int categories, int column) => feature >= 0 && feature < categories && (int)feature == feature
        ? (int)feature
        : throw new ArgumentException($"feature {column}: {feature} found, a category code from 0 to {categories - 1} expected");
}
