namespace Backprop.Interchange.Tests.CSharp;

/// <summary>What generated source is compiled for.</summary>
public enum Target
{
    /// <summary>This runtime, with its vectors and fused multiply-add.</summary>
    Current,

    /// <summary>.NET Standard 2.1 and C# 9, as Unity has them: no vectors, and no fused multiply-add.</summary>
    Standard,
}
