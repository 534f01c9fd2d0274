using System.Collections.Immutable;
using System.Text;
using Holdfast.Cel.Syntax;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Functions of text: cel-spec's, the strings extension and Kubernetes' find.</summary>
internal static class Texts
{
    private static readonly CelType S = CelType.String;
    private static readonly CelType I = CelType.Int;

    // Unicode's White_Space property, as Go's strings know it.
    private static readonly char[] Blanks =
        [.. "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"];

    public static CelLibrary Library { get; } = Formats(Pieces(Places(Patterns(Tests(new())))));

    private static CelLibrary Tests(CelLibrary library) => library
        .Member("contains", CelType.Bool, [S, S], (_, a) => CelBool.Of(Text(a[0]).Contains(Text(a[1]), StringComparison.Ordinal)))
        .Member("startsWith", CelType.Bool, [S, S], (_, a) => CelBool.Of(Text(a[0]).StartsWith(Text(a[1]), StringComparison.Ordinal)))
        .Member("endsWith", CelType.Bool, [S, S], (_, a) => CelBool.Of(Text(a[0]).EndsWith(Text(a[1]), StringComparison.Ordinal)))
        .Member("lowerAscii", S, [S], (_, a) => new CelString(Cased(Text(a[0]), char.IsAsciiLetterUpper, 32)))
        .Member("upperAscii", S, [S], (_, a) => new CelString(Cased(Text(a[0]), char.IsAsciiLetterLower, -32)))
        .Member("trim", S, [S], (_, a) => new CelString(Text(a[0]).Trim(Blanks)))
        .Global("strings.quote", S, [S], (_, a) => new CelString(TextFormat.Quote(Text(a[0]))));

    private static CelLibrary Patterns(CelLibrary library) => library
        .Member("matches", CelType.Bool, [S, S], Matches)
        .Global("matches", CelType.Bool, [S, S], Matches)
        .Member("find", S, [S, S], (call, a) => call.Patterns.Find(call.Cost, Text(a[0]), Text(a[1]), 1) switch
        {
            CelList { Items: [] } => new CelString(""),
            CelList { Items: [var first, ..] } => first,
            var error => error,
        })
        .Member("findAll", Strings, [S, S], (call, a) => call.Patterns.Find(call.Cost, Text(a[0]), Text(a[1]), -1))
        .Member("findAll", Strings, [S, S, I], (call, a) => call.Patterns.Find(call.Cost, Text(a[0]), Text(a[1]), Number(a[2])));

    private static CelValue Matches(CelCall call, CelValue[] a) => call.Patterns.IsMatch(call.Cost, Text(a[0]), Text(a[1]));

    private static CelLibrary Places(CelLibrary library) => library
        .Member("charAt", S, [S, I], (call, a) =>
        {
            call.Cost.SpendWalk(Text(a[0]).Length);
            return Slice(a[0], Number(a[1]), Number(a[1]) + 1, "charAt");
        })
        .Member("substring", S, [S, I], (_, a) => Slice(a[0], Number(a[1]), CodePoints.Count(Text(a[0])), "substring"))
        .Member("substring", S, [S, I, I], (_, a) => Slice(a[0], Number(a[1]), Number(a[2]), "substring"))
        .Member("indexOf", I, [S, S], (call, a) => IndexOf(call, a, 0))
        .Member("indexOf", I, [S, S, I], (call, a) => IndexOf(call, a, Number(a[2])))
        .Member("lastIndexOf", I, [S, S], (call, a) => LastIndexOf(call, a, null))
        .Member("lastIndexOf", I, [S, S, I], (call, a) => LastIndexOf(call, a, Number(a[2])));

    private static CelLibrary Pieces(CelLibrary library) => library
        .Member("replace", S, [S, S, S], (call, a) => Replace(call, a, -1))
        .Member("replace", S, [S, S, S, I], (call, a) => Replace(call, a, Number(a[3])))
        .Member("split", Strings, [S, S], (_, a) => Split(a, -1))
        .Member("split", Strings, [S, S, I], (_, a) => Split(a, Number(a[2])))
        .Member("join", S, [Strings], (_, a) => Join(a[0], ""))
        .Member("join", S, [Strings, S], (_, a) => Join(a[0], Text(a[1])));

    private static CelLibrary Formats(CelLibrary library) => library
        .Member("format", S, [S, CelType.List(CelType.Dyn)], (call, a) => TextFormat.Format(call, Text(a[0]), ((CelList)a[1]).Items));

    private static CelValue Slice(CelValue value, long from, long to, string function)
    {
        var points = CodePoints.Of(Text(value));
        if (function == "charAt" && from == points.Length)
            return new CelString("");
        if (from < 0 || from > points.Length)
            return CelError.Of($"index out of range: {from}");
        if (to < 0 || to > points.Length)
            return CelError.Of($"index out of range: {to}");
        return from > to
            ? CelError.Of($"invalid substring range. start: {from}, end: {to}")
            : new CelString(CodePoints.ToText(points.AsSpan((int)from, (int)(to - from))));
    }

    private static CelValue IndexOf(CelCall call, CelValue[] a, long from)
    {
        var (text, part) = (CodePoints.Of(Text(a[0])), CodePoints.Of(Text(a[1])));
        call.Cost.Spend(Tenth(a[0]) * (Tenth(a[1]) - 1));
        if (part.Length == 0)
            return new CelInt(from);
        return from < 0 || from > text.Length ? CelError.Of($"index out of range: {from}") : new CelInt(CodePoints.IndexOf(text, part, (int)from));
    }

    private static CelValue LastIndexOf(CelCall call, CelValue[] a, long? from)
    {
        var (text, part) = (CodePoints.Of(Text(a[0])), CodePoints.Of(Text(a[1])));
        call.Cost.Spend(Tenth(a[0]) * (Tenth(a[1]) - 1));
        if (part.Length == 0)
            return new CelInt(from ?? text.Length);
        if (from is { } start && (start < 0 || start > text.Length))
            return CelError.Of($"index out of range: {start}");
        var end = (int)Math.Min((from ?? text.Length) + part.Length, text.Length);
        return new CelInt(text.AsSpan(0, end).LastIndexOf(part));
    }

    private static CelValue Replace(CelCall call, CelValue[] a, long limit)
    {
        var (text, old, with) = (Text(a[0]), Text(a[1]), Text(a[2]));
        call.Cost.Spend(Tenth(a[0]) * (Tenth(a[1]) - 1));
        var replaced = new StringBuilder();
        var at = 0;
        for (var count = 0L; count != limit && at <= text.Length; count++)
        {
            var found = old.Length > 0 ? text.IndexOf(old, at, StringComparison.Ordinal) : at;
            if (found < 0)
                break;
            call.Cost.Spend(with.Length / 10);
            if ((long)replaced.Length + with.Length > CelCost.MaximumSize)
                return Operators.TooLarge;
            replaced.Append(text, at, found - at).Append(with);
            at = found + old.Length;
            if (old.Length == 0 && at < text.Length)
                replaced.Append(text, at, RuneLength(text, at));
            at += old.Length == 0 ? RuneLength(text, at) : 0;
        }
        return new CelString(at < text.Length ? replaced.Append(text, at, text.Length - at).ToString() : replaced.ToString());
    }

    private static int RuneLength(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static CelList Split(CelValue[] a, long limit)
    {
        var (text, separator) = (Text(a[0]), Text(a[1]));
        if (limit == 0)
            return new CelList([]);
        if (limit == 1)
            return new CelList([a[0]]);
        if (separator.Length > 0)
            return Texted(limit < 0 ? text.Split(separator) : text.Split(separator, (int)Math.Min(limit, int.MaxValue)));
        var points = CodePoints.Of(text);
        var count = limit < 0 ? points.Length : (int)Math.Min(limit, points.Length);
        return Texted(Enumerable.Range(0, count)
            .Select(index => CodePoints.ToText(points.AsSpan(index, index == count - 1 ? points.Length - index : 1))));
    }

    private static CelValue Join(CelValue list, string separator)
    {
        var items = ((CelList)list).Items;
        if (!items.All(item => item is CelString))
            return CelError.NoSuchOverload;
        return JoinedSize(items, separator) > CelCost.MaximumSize ? Operators.TooLarge : new CelString(string.Join(separator, items.Select(Text)));
    }

    /// <summary>How long joined texts are; what is no text does not count.</summary>
    public static long JoinedSize(ImmutableArray<CelValue> items, string separator) =>
        items.Sum(item => item is CelString text ? (long)text.Value.Length : 0) + ((long)separator.Length * Math.Max(0, items.Length - 1));

    private static string Cased(string text, Func<char, bool> changes, int by) =>
        string.Create(text.Length, (text, changes, by), (span, from) =>
        {
            for (var index = 0; index < span.Length; index++)
                span[index] = from.changes(from.text[index]) ? (char)(from.text[index] + from.by) : from.text[index];
        });

    private static CelList Texted(IEnumerable<string> items) => new([.. items.Select(item => new CelString(item))]);

    private static long Tenth(CelValue value) => (Text(value).Length + 9) / 10;

    private static string Text(CelValue value) => ((CelString)value).Value;

    private static long Number(CelValue value) => ((CelInt)value).Value;
}
