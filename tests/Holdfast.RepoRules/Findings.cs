namespace Holdfast.RepoRules;

/// <summary>What breaks a rule, in words that say where and what to do.</summary>
internal static class Findings
{
    public static void AreNone(string advice, IEnumerable<string> findings)
    {
        var found = findings.ToArray();
        Assert.True(found.Length == 0, $"{advice}\n  {string.Join("\n  ", found)}");
    }
}
