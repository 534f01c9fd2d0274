namespace Holdfast.ApiServer.Http;

/// <summary>Keeps the warnings of an answer within what headers hold, by the bounds of kube-apiserver.</summary>
internal static class WarningTexts
{
    private const int MaximumCharacters = 4 * 1024;
    private const int MaximumOfOne = 256;

    /// <summary>All warnings as they are; where they are too long together, the first ones, each cut.</summary>
    /// <param name="warnings">The warnings.</param>
    public static IEnumerable<string> Fitting(IReadOnlyList<string> warnings) =>
        warnings.Sum(LengthOf) <= MaximumCharacters ? warnings : Cut(warnings);

    private static IEnumerable<string> Cut(IReadOnlyList<string> warnings)
    {
        var told = 0;
        foreach (var warning in warnings)
        {
            if (told >= MaximumCharacters)
                yield break;
            var cut = LengthOf(warning) <= MaximumOfOne ? warning : string.Concat(warning.EnumerateRunes().Take(MaximumOfOne));
            told += LengthOf(cut);
            yield return cut;
        }
    }

    private static int LengthOf(string text) => text.EnumerateRunes().Count();
}
