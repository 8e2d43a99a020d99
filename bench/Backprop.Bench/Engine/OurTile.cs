using Backprop.Bench.Cases;
using Backprop.Kernels;

namespace Backprop.Bench.Engine;

/// <summary>One panel of a matrix product: some rows of A by one panel of B. What follows the kernels when they change is in this file.</summary>
internal abstract unsafe class OurTile
{
    public static OurTile Create(int rows, int length) => VectorPaths.Dispatch(VectorPaths.Current, new Maker(rows, length));

    public abstract void Run();

    private sealed class Maker(int rows, int length) : IVectorVisitor<float, OurTile>
    {
        public OurTile Visit<V>() where V : unmanaged, ILanes<V, float> => new OurTile<V>(rows, length);
    }
}

/// <inheritdoc/>
internal sealed unsafe class OurTile<V>(int rows, int length) : OurTile where V : unmanaged, ILanes<V, float>
{
    private readonly int _width = Layout.PanelWidth<float>();
    private readonly AlignedBuffer<float> _a = Filled(rows * length), _b = Filled(length * Layout.PanelWidth<float>()), _c = new(rows * Layout.PanelWidth<float>());

    public override void Run() => MatrixProduct<float, V>.Panel<Constants.N0>(rows, _width, length, _a.Pointer, length, 1, _b.Pointer, _width, null, 0, _c.Pointer, _width);

    private static AlignedBuffer<float> Filled(int count)
    {
        var buffer = new AlignedBuffer<float>(count);
        RandomData.Fill(new(1), buffer.Span);
        return buffer;
    }
}
