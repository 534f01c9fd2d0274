namespace Holdfast.Cel.Functions;

/// <summary>Types that signatures are made of.</summary>
internal static class Signatures
{
    public static readonly CelType A = CelType.Parameter("A");
    public static readonly CelType B = CelType.Parameter("B");
    public static readonly CelType ListOfA = CelType.List(A);
    public static readonly CelType MapOfAB = CelType.Map(A, B);
    public static readonly CelType Strings = CelType.List(CelType.String);
}
