using Backprop.Bench.Cases;
using Backprop.Kernels;

namespace Backprop.Bench.Engine;

/// <summary>One panel of a matrix product: some rows of A by one panel of B. What follows the kernels when they change is in this file.</summary>
internal abstract unsafe class OurTile
{
    public static OurTile Create(int rows, int length) => VectorPaths.Current switch
    {
        VectorPath.Avx512 => new OurTile<Lanes512<float>>(rows, length),
        VectorPath.Avx2 => new OurTile<Lanes256<float>>(rows, length),
        VectorPath.Vector128 => new OurTile<Lanes128<float>>(rows, length),
        _ => new OurTile<Lane<float>>(rows, length),
    };

    public abstract void Run();
}

/// <inheritdoc/>
internal sealed unsafe class OurTile<V>(int rows, int length) : OurTile where V : unmanaged, ILanes<V, float>
{
    private readonly int _width = Layout.PanelWidth<float>();
    private readonly AlignedBuffer<float> _a = Filled(rows * length), _b = Filled(length * Layout.PanelWidth<float>()), _c = new(rows * Layout.PanelWidth<float>());

    public override void Run() => MatrixProduct<float, V>.Panel(rows, _width, length, _a.Pointer, length, 1, _b.Pointer, _width, null, null, _c.Pointer, _width);

    private static AlignedBuffer<float> Filled(int count)
    {
        var buffer = new AlignedBuffer<float>(count);
        RandomData.Fill(new(1), buffer.Span);
        return buffer;
    }
}
