namespace Backprop.Kernels;

/// <summary>The sizes that a register tile may have.</summary>
internal static class Constants
{
    public readonly struct N0 : IConstant
    {
        public static int Value => 0;
    }

    public readonly struct N1 : IConstant
    {
        public static int Value => 1;
    }

    public readonly struct N2 : IConstant
    {
        public static int Value => 2;
    }

    public readonly struct N3 : IConstant
    {
        public static int Value => 3;
    }

    public readonly struct N4 : IConstant
    {
        public static int Value => 4;
    }

    public readonly struct N5 : IConstant
    {
        public static int Value => 5;
    }

    public readonly struct N6 : IConstant
    {
        public static int Value => 6;
    }

    public readonly struct N7 : IConstant
    {
        public static int Value => 7;
    }

    public readonly struct N8 : IConstant
    {
        public static int Value => 8;
    }

    public readonly struct N9 : IConstant
    {
        public static int Value => 9;
    }

    public readonly struct N10 : IConstant
    {
        public static int Value => 10;
    }

    public readonly struct N11 : IConstant
    {
        public static int Value => 11;
    }

    public readonly struct N12 : IConstant
    {
        public static int Value => 12;
    }
}
