using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.RepoRules;

/// <summary>What code and tests do not do.</summary>
public sealed partial class CodeTests
{
    private static readonly string[] VagueFolders = ["Utils", "Util", "Utilities", "Helpers", "Helper", "Common", "Misc"];

    /// <summary>A pattern over code without comments and text, why it is banned, and an example that it must find.</summary>
    public static TheoryData<string, string, string> BannedInSources => new()
    {
        { @"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b", "time comes from TimeProvider", "DateTime.UtcNow" },
        { @"\bnew\s+Random\s*\(|\bRandom\.Shared\b", "randomness comes from IChance", "Random.Shared" },
        { @"\bGuid\.(NewGuid|CreateVersion7)\s*\(", "identifiers come from IChance", "Guid.NewGuid()" },
        { @"\bTask\.Run\s*\(", "work is started through ITaskRunner", "Task.Run(" },
        { @"\bThread\.Sleep\s*\(|\bnew\s+Thread\s*\(", "nothing sleeps, and work is started through ITaskRunner", "Thread.Sleep(" },
        { @"\.GetAwaiter\(\)\.GetResult\(\)", "await it", "x.GetAwaiter().GetResult()" },
        { @"\.ConfigureAwait\(\s*false\s*\)", "it would leave the simulator's one thread", "x.ConfigureAwait(false)" },
        { @"\basync\s+void\b", "its failure could not be seen; return a Task", "async void" },
    };

    [Theory]
    [MemberData(nameof(BannedInSources))]
    public void Sources_do_not_call_what_is_banned(string pattern, string reason, string example)
    {
        Assert.Matches(pattern, example);
        Findings.AreNone(
            $"Banned outside Holdfast.Platform ({reason}):",
            from file in Repository.Code
            where RunsInTheSimulator(file)
            from line in LinesWith(file, pattern)
            select line);
    }

    [Fact]
    public void A_wait_says_by_which_clock() => Findings.AreNone(
        "Task.Delay without a TimeProvider waits by a clock that the simulator does not have; use time.DelayAsync:",
        from file in Repository.Code
        where RunsInTheSimulator(file)
        from call in Calls(file, "Task.Delay")
        where !call.ArgumentList.Arguments.Any(argument => argument.ToString().Contains("time", StringComparison.OrdinalIgnoreCase)
            && !argument.ToString().Contains("TimeSpan", StringComparison.Ordinal))
        select Where(file, call));

    [Fact]
    public void Whoever_reads_json_says_how_deep_it_may_nest() => Findings.AreNone(
        "JSON is read with the default depth of 64, and objects nest deeper; name JsonInput.DocumentOptions or JsonInput.ReaderOptions:",
        from file in Repository.Code
        where file.Path.StartsWith("src/", StringComparison.Ordinal)
        from call in Root(file).DescendantNodes()
        where call is InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1, Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Parse" or "ParseAsync" } parse }
                && parse.Expression.ToString() is "JsonDocument" or "JsonNode"
            || call is ObjectCreationExpressionSyntax { ArgumentList.Arguments.Count: 1 } made && made.Type.ToString() == "Utf8JsonReader"
        select Where(file, call));

    [Fact]
    public void Nobody_waits_on_a_task_by_blocking() => Findings.AreNone(
        "A task is waited for by blocking; await it:",
        from file in Repository.Code
        where file.IsSource
        from access in Root(file).DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        where access.Name.Identifier.Text == "Result" && IsTaskLike(access.Expression)
        select Where(file, access));

    [Fact]
    public void No_failure_is_swallowed() => Findings.AreNone(
        "A catch block is empty; handle the failure, or say inside why nothing is to be done:",
        from file in Repository.Code
        where !file.IsTest
        from clause in Root(file).DescendantNodes().OfType<CatchClauseSyntax>()
        where clause.Block.Statements.Count == 0 && !clause.Block.DescendantTrivia().Any(IsComment)
        select Where(file, clause));

    [Fact]
    public void Tests_are_never_skipped() => Findings.AreNone(
        "A test is skipped or left to be asked for; make it run, or take it out:",
        from file in Repository.Code
        where file.IsTest && !file.IsIn("tests/Holdfast.RepoRules")
        from line in LinesWith(file, @"\bSkip(When|Unless)?\s*=|\bAssert\.Skip|\bExplicit\s*=\s*true")
        select line);

    [Fact]
    public void Tests_never_sleep_for_a_fixed_time() => Findings.AreNone(
        "A test sleeps; wait for the condition itself, with Eventually.HoldsAsync:",
        from file in Repository.Code
        where file.IsTest && !file.IsIn("tests/Holdfast.RepoRules") && file.Path != "tests/Holdfast.Testing/Eventually.cs"
        from call in Calls(file, "Task.Delay").Concat(Calls(file, "Thread.Sleep"))
        where !call.ArgumentList.ToString().Contains("Infinite", StringComparison.Ordinal) && !UsesItsOwnClock(call) && !IsPolling(call)
        select Where(file, call));

    [Fact]
    public void Folders_say_what_they_hold() => Findings.AreNone(
        "A folder's name says nothing:",
        Repository.Files.Where(file => file.Path.Split('/')[..^1].Any(part => VagueFolders.Contains(part, StringComparer.OrdinalIgnoreCase)))
            .Select(file => file.Path));

    [Fact]
    public void Nothing_is_left_for_later() => Findings.AreNone(
        "Something is left undone; do it, or take it out:",
        from file in Repository.Files
        where !file.IsIn("tests/Holdfast.RepoRules")
        from number in Enumerable.Range(0, file.Lines.Length)
        where Unfinished().IsMatch(file.Lines[number])
        select $"{file.Path}:{number + 1}: {file.Lines[number].Trim()}");

    // Of a sample only its pure Raft core; its server is a plain program.
    private static bool RunsInTheSimulator(RepositoryFile file) =>
        file.IsSource
        && !file.IsIn("src/Holdfast.Platform")
        && (!file.IsIn("samples") || file.Path.Contains("/Raft/", StringComparison.Ordinal));

    // A simulated or fake clock is moved by the test itself.
    private static bool UsesItsOwnClock(InvocationExpressionSyntax call) =>
        call.ArgumentList.Arguments.Count == 3 && !call.ArgumentList.ToString().Contains("TimeProvider.System", StringComparison.Ordinal);

    // The pause of a loop that looks again and again for its condition.
    private static bool IsPolling(SyntaxNode call) => call.Ancestors().Any(node => node is WhileStatementSyntax or DoStatementSyntax);

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);

    // Without types, a name tells: a call, or something called a task.
    private static bool IsTaskLike(ExpressionSyntax expression) => expression switch
    {
        InvocationExpressionSyntax call => call.Expression.ToString().EndsWith("Async", StringComparison.Ordinal),
        IdentifierNameSyntax name => name.Identifier.Text.EndsWith("task", StringComparison.OrdinalIgnoreCase),
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text is "Task",
        _ => false,
    };

    private static IEnumerable<InvocationExpressionSyntax> Calls(RepositoryFile file, string name) =>
        Root(file).DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => call.Expression.ToString() == name);

    private static IEnumerable<string> LinesWith(RepositoryFile file, string pattern)
    {
        var code = WithoutCommentsAndText(file);
        return from Match match in Regex.Matches(code, pattern)
               let line = code.AsSpan(0, match.Index).Count('\n') + 1
               select $"{file.Path}:{line}: {match.Value}";
    }

    private static string WithoutCommentsAndText(RepositoryFile file)
    {
        var code = file.Text.ToCharArray();
        var root = Root(file);
        var comments = root.DescendantTrivia().Where(trivia => IsComment(trivia)
            || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)).Select(trivia => trivia.FullSpan);
        var texts = root.DescendantTokens().Where(token => token.IsKind(SyntaxKind.StringLiteralToken)
            || token.IsKind(SyntaxKind.InterpolatedStringTextToken)
            || token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
            || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)).Select(token => token.Span);
        foreach (var span in comments.Concat(texts))
        {
            for (var index = span.Start; index < span.End; index++)
            {
                code[index] = code[index] == '\n' ? '\n' : ' ';
            }
        }

        return new string(code);
    }

    private static SyntaxNode Root(RepositoryFile file) =>
        CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    private static string Where(RepositoryFile file, SyntaxNode node) =>
        $"{file.Path}:{node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1}: {node.ToString().Split('\n')[0].Trim()}";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();
}
