namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>One element of a Parquet file's schema: a stored column, or what holds some.</summary>
internal struct SchemaElement
{
    private const int Utf8 = 0, Enumeration = 4, DecimalNumber = 5, Date = 6, TimeMillis = 7, TimeMicros = 8, TimestampMillis = 9, TimestampMicros = 10, Unsigned8 = 11, Unsigned64 = 14, Json = 19, Interval = 21;

    private int? _type;
    private int? _converted;
    private int _width;
    private int _scale;
    private int _repetition;
    private CellKind _logical;
    private int _logicalScale;
    private long _perSecond;
    private bool _isUtc;
    private string _other;

    /// <summary>Its name.</summary>
    public string Name { get; private set; }

    /// <summary>How many elements it holds.</summary>
    public int Children { get; private set; }

    /// <summary>Whether it stands any number of times.</summary>
    public readonly bool IsRepeated => _repetition == 2;

    public static SchemaElement Read(ref ThriftReader thrift)
    {
        var element = new SchemaElement { Name = "", _other = "" };
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (id, type)
            {
                case (1, ThriftType.Int32):
                    element._type = thrift.Small();
                    break;
                case (2, ThriftType.Int32):
                    element._width = thrift.Small();
                    break;
                case (3, ThriftType.Int32):
                    element._repetition = thrift.Small();
                    break;
                case (4, ThriftType.Binary):
                    element.Name = System.Text.Encoding.UTF8.GetString(thrift.Binary());
                    break;
                case (5, ThriftType.Int32):
                    element.Children = thrift.Small();
                    break;
                case (6, ThriftType.Int32):
                    element._converted = thrift.Small();
                    break;
                case (7, ThriftType.Int32):
                    element._scale = thrift.Small();
                    break;
                case (10, ThriftType.Structure):
                    element.ReadLogicalType(ref thrift);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return element;
    }

    /// <summary>The column that this element is, where it holds no others.</summary>
    /// <exception cref="InvalidDataException">It makes no sense.</exception>
    public readonly ParquetColumn Column(int leaf)
    {
        if (_type is not (>= 0 and <= 7))
        {
            throw ThriftReader.Malformed();
        }

        var type = (PhysicalType)_type;
        int width = type switch
        {
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.Int64 or PhysicalType.Double => 8,
            PhysicalType.Int96 => 12,
            PhysicalType.FixedBytes => _width,
            _ => 0,
        };
        if (width is < 0 or > 1 << 20 || (type == PhysicalType.FixedBytes && width == 0))
        {
            throw ThriftReader.Malformed();
        }

        CellKind kind = Kind(type, width);
        int scale = _logical == CellKind.Decimal ? _logicalScale : _scale;
        if (kind == CellKind.Decimal && scale is < 0 or > 1000)
        {
            throw ThriftReader.Malformed();
        }

        return new(Name, leaf)
        {
            Type = type,
            Width = width,
            IsOptional = _repetition == 1,
            Kind = kind,
            What = kind == CellKind.None ? _other.Length > 0 ? _other : type == PhysicalType.FixedBytes ? $"values of {width} bytes" : "bytes" : "",
            Scale = scale,
            PerSecond = type == PhysicalType.Int96 ? 1_000_000_000 : _perSecond > 0 ? _perSecond : _converted is TimeMillis or TimestampMillis ? 1000 : 1_000_000,
            IsUtc = _isUtc || (_perSecond == 0 && _converted is TimestampMillis or TimestampMicros),
        };
    }

    private readonly CellKind Kind(PhysicalType type, int width) => (type, _logical, _converted) switch
    {
        (_, CellKind.Empty, _) => CellKind.Empty,
        (PhysicalType.Boolean, _, _) => CellKind.Boolean,
        (PhysicalType.Float or PhysicalType.Double, _, _) => CellKind.Real,
        (PhysicalType.Int96, _, _) => CellKind.Timestamp,
        (not (PhysicalType.Boolean or PhysicalType.Float or PhysicalType.Double or PhysicalType.Int96), CellKind.Decimal, _) or (_, CellKind.None, DecimalNumber) => CellKind.Decimal,
        (PhysicalType.Int32, CellKind.Date, _) or (PhysicalType.Int32, CellKind.None, Date) => CellKind.Date,
        (PhysicalType.Int32 or PhysicalType.Int64, CellKind.Time, _) or (PhysicalType.Int32, CellKind.None, TimeMillis) or (PhysicalType.Int64, CellKind.None, TimeMicros) => CellKind.Time,
        (PhysicalType.Int64, CellKind.Timestamp, _) or (PhysicalType.Int64, CellKind.None, TimestampMillis or TimestampMicros) => CellKind.Timestamp,
        (PhysicalType.Int32 or PhysicalType.Int64, CellKind.Unsigned, _) or (PhysicalType.Int32 or PhysicalType.Int64, CellKind.None, >= Unsigned8 and <= Unsigned64) => CellKind.Unsigned,
        (PhysicalType.Int32 or PhysicalType.Int64, _, _) => CellKind.Integer,
        (PhysicalType.Bytes, CellKind.Text, _) or (PhysicalType.Bytes, CellKind.None, Utf8 or Enumeration or Json) => CellKind.Text,
        (PhysicalType.FixedBytes, CellKind.Real, _) when width == 2 => CellKind.Real,
        (PhysicalType.FixedBytes, CellKind.Identifier, _) when width == 16 => CellKind.Identifier,
        _ => CellKind.None,
    };

    private void ReadLogicalType(ref ThriftReader thrift)
    {
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            _logical = id switch
            {
                1 or 4 or 12 => CellKind.Text,
                5 => CellKind.Decimal,
                6 => CellKind.Date,
                7 => CellKind.Time,
                8 => CellKind.Timestamp,
                10 => CellKind.Unsigned, // unless it says that it has a sign
                11 => CellKind.Empty,
                14 => CellKind.Identifier,
                15 => CellKind.Real,
                _ => CellKind.None,
            };
            _other = id switch
            {
                13 => "BSON",
                16 => "variants",
                17 or 18 => "shapes",
                _ => "",
            };
            if (type != ThriftType.Structure)
            {
                thrift.Skip(type);
                continue;
            }

            int part = 0;
            for (ThriftType inner = thrift.Field(ref part); inner != ThriftType.Stop; inner = thrift.Field(ref part))
            {
                switch (id, part, inner)
                {
                    case (5, 1, ThriftType.Int32):
                        _logicalScale = thrift.Small();
                        break;
                    case (7 or 8, 1, ThriftType.True):
                        _isUtc = true;
                        break;
                    case (7 or 8, 2, ThriftType.Structure):
                        ReadUnit(ref thrift);
                        break;
                    case (10, 2, ThriftType.True):
                        _logical = CellKind.Integer;
                        break;
                    default:
                        thrift.Skip(inner);
                        break;
                }
            }
        }
    }

    private void ReadUnit(ref ThriftReader thrift)
    {
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            _perSecond = id switch
            {
                1 => 1000,
                2 => 1_000_000,
                3 => 1_000_000_000,
                _ => throw ThriftReader.Malformed(),
            };
            thrift.Skip(type);
        }
    }
}
