using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Holdfast.Cel.Functions;

/// <summary>
/// The regular expressions of a program. Matching takes time in proportion to the text, whatever the pattern: nothing
/// backtracks. Patterns that stand in the expression are read once, others when they are used.
/// </summary>
internal sealed class CelPatterns(ImmutableDictionary<string, Regex> known)
{
    // Reading a pattern is dear, and an expression may make a new one for each element of a list.
    private const int ReadCost = 2000;
    private const int ReadCostOfCharacter = 100;

    /// <summary>Reads a pattern in RE2's syntax.</summary>
    /// <exception cref="CelPatternException">It is not in that syntax, or too large.</exception>
    public static Regex Read(string pattern)
    {
        var translated = PatternSyntax.Translate(pattern);
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            throw new CelPatternException($"error parsing regexp: `{pattern}` is not in RE2's syntax");
        }
    }

    public CelValue IsMatch(CelCost cost, string text, string pattern) => With(cost, text, pattern, regex => CelBool.Of(regex.IsMatch(text)));

    /// <summary>The first matches; all of them when the limit is negative.</summary>
    public CelValue Find(CelCost cost, string text, string pattern, long limit) => With(cost, text, pattern, regex =>
    {
        var found = ImmutableArray.CreateBuilder<CelValue>();
        for (var match = regex.Match(text); match.Success && found.Count != limit; match = match.NextMatch())
            found.Add(new CelString(match.Value));
        return new CelList(found.ToImmutable());
    });

    private CelValue With(CelCost cost, string text, string pattern, Func<Regex, CelValue> use)
    {
        try
        {
            if (known.TryGetValue(pattern, out var regex))
                return use(regex);
            cost.Spend(ReadCost + (ReadCostOfCharacter * (long)pattern.Length));
            return use(Read(pattern));
        }
        catch (CelPatternException refused)
        {
            return CelError.Of(refused.Message);
        }
    }
}

/// <summary>A pattern cannot be used; never leaves this project.</summary>
internal sealed class CelPatternException(string message) : Exception(message);
