using Holdfast.Cel.Values;
using static Holdfast.Cel.Functions.Signatures;

namespace Holdfast.Cel.Functions;

/// <summary>Kubernetes' functions of URLs.</summary>
internal static class Urls
{
    public static CelLibrary Library { get; } = Parts(new CelLibrary()
        .Global("url", CelType.Url, [CelType.String], (_, a) => UrlText.Read(Text(a[0]), out var problem) is { } url ? url
            : CelError.Of($"URL parse error during conversion from string: parse {TextFormat.Quote(Text(a[0]))}: {problem}"))
        .Global("isURL", CelType.Bool, [CelType.String], (_, a) => CelBool.Of(UrlText.Read(Text(a[0]), out var _) is not null)));

    private static CelLibrary Parts(CelLibrary library) => library
        .Member("getScheme", CelType.String, [CelType.Url], (_, a) => new CelString(Of(a[0]).Scheme))
        .Member("getHost", CelType.String, [CelType.Url], (_, a) => new CelString(Of(a[0]).Host))
        .Member("getHostname", CelType.String, [CelType.Url], (_, a) => new CelString(Hostname(Of(a[0]).Host)))
        .Member("getPort", CelType.String, [CelType.Url], (_, a) => new CelString(Port(Of(a[0]).Host)))
        .Member("getEscapedPath", CelType.String, [CelType.Url], (_, a) => new CelString(Of(a[0]).EscapedPath))
        .Member("getQuery", CelType.Map(CelType.String, Strings), [CelType.Url], (call, a) =>
        {
            call.Cost.SpendWalk(Of(a[0]).RawQuery.Length);
            var entries = new Dictionary<CelValue, CelValue>(CelKeyComparer.Instance);
            foreach (var values in UrlText.Query(Of(a[0])).GroupBy(pair => pair.Name, StringComparer.Ordinal))
                entries[new CelString(values.Key)] = new CelList([.. values.Select(pair => new CelString(pair.Value))]);
            return new CelMap(entries);
        });

    private static string Hostname(string host)
    {
        var name = host[..^(PortStart(host) is { } start ? host.Length - start : 0)];
        return name is ['[', .., ']'] ? name[1..^1] : name;
    }

    private static string Port(string host) => PortStart(host) is { } start ? host[(start + 1)..] : "";

    private static int? PortStart(string host) =>
        host.LastIndexOf(':') is >= 0 and var colon && host.IndexOf(']', colon) < 0 ? colon : null;

    private static CelUrl Of(CelValue value) => (CelUrl)value;

    private static string Text(CelValue value) => ((CelString)value).Value;
}
