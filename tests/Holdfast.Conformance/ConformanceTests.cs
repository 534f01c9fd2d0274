using System.Collections.Concurrent;

namespace Holdfast.Conformance;

/// <summary>Whole conversations with the API server and its controllers.</summary>
public sealed class ConformanceTests(ConformanceCluster cluster)
{
    // Most of a conversation is waiting for the picture to stay as it is.
    private const int AtOnce = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_own_conversations_hold()
    {
        var files = Directory.GetFiles(Repository.Own("Conversations"), "*.json");
        Assert.NotEmpty(files);
        var differences = await Task.WhenAll(files.Select(file => new Conversation(cluster, file).ReplayAsync(Token)));
        AreNone(differences.Where(each => each.Length > 0));
    }

    [Fact]
    public async Task Conversations_recorded_with_kubernetes_hold_but_for_those_listed()
    {
        var cases = RecordedCase.All();
        if (cases.Count == 0)
        {
            TestContext.Current.AddWarning(
                "The conversations that were recorded with Kubernetes are not here (HOLDFAST_SHARED names their folder): only our own were replayed.");
            return;
        }
        var listed = (await File.ReadAllLinesAsync(Repository.Own("known-falls.txt"), Token))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ')[0])
            .ToHashSet(StringComparer.Ordinal);
        var falls = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Token }, async (each, token) =>
        {
            if (await each.ReplayAsync(cluster.Kubeconfig, token) is { Length: > 0 } differences)
                falls[each.Name] = differences;
        });
        var findings = falls.Where(fall => !listed.Contains(fall.Key)).Select(fall => $"{fall.Key} falls:\n{fall.Value}")
            .Concat(listed.Except(falls.Keys).Select(name => $"{name} holds, or is no case: take it out of known-falls.txt"));
        AreNone(findings.Order(StringComparer.Ordinal));
    }

    // Told whole: an assertion on the text would cut it after a few words.
    private static void AreNone(IEnumerable<string> findings)
    {
        if (string.Join('\n', findings) is { Length: > 0 } text)
            Assert.Fail(text);
    }
}
