using System.Collections.Immutable;

namespace Holdfast.Cel.Checking;

/// <summary>The operators that do not look at all their operands.</summary>
internal static class CelLogic
{
    private static readonly CelType Either = CelType.Parameter("A");

    public static bool Owns(string function) => function is "_&&_" or "_||_" or "_?_:_";

    public static (ImmutableArray<CelType> Parameters, CelType Result) SignatureOf(string function) =>
        function == "_?_:_" ? ([CelType.Bool, Either, Either], Either) : ([CelType.Bool, CelType.Bool], CelType.Bool);
}
