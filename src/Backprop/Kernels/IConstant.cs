namespace Backprop.Kernels;

/// <summary>A number that is known when code is compiled.</summary>
internal interface IConstant
{
    static abstract int Value { get; }
}
