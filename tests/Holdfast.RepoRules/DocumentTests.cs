using System.Text.RegularExpressions;

namespace Holdfast.RepoRules;

/// <summary>What the documents owe their readers, and what no file may give away.</summary>
public sealed partial class DocumentTests
{
    private const string ReadmeCommandsPath = "tests/Holdfast.EndToEnd/readme-commands.txt";

    [Fact]
    public void No_file_names_a_place_on_one_persons_machine() => Findings.AreNone(
        "A path of one machine is written down:",
        Where(MachinePath(), file => !file.IsIn("tests/Holdfast.RepoRules")));

    [Fact]
    public void No_file_names_a_package_registry() => Findings.AreNone(
        "A package registry is named; restores use whatever the user has set up:",
        Where(Registry(), file => !file.IsIn("tests/Holdfast.RepoRules")));

    [Fact]
    public void A_token_that_a_text_says_how_to_make_lasts_longer_than_an_hour()
    {
        var advised = Repository.Files.Where(file => !file.IsIn("tests/Holdfast.RepoRules")).SelectMany(file => file.Lines.Where(line => line.Contains("kubectl create token holdfast-steward", StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(advised);
        Assert.All(advised, line => Assert.Contains("--duration=", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_changelog_has_a_place_for_what_is_new()
    {
        var changelog = Repository.Find("CHANGELOG.md");
        Assert.NotNull(changelog);
        Assert.Contains("## [Unreleased]", changelog.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Decision_records_are_numbered_and_say_context_decision_and_consequences()
    {
        var records = Repository.Files.Where(file => file.IsIn("docs/adr") && file.Name != "README.md").ToArray();
        Assert.NotEmpty(records);
        string[] parts = ["# ", "## Context", "## Decision", "## Consequences"];
        Findings.AreNone(
            "A decision record is not in shape:",
            from record in records
            from problem in parts.Where(part => !record.Lines.Any(line => line.StartsWith(part, StringComparison.Ordinal)))
                .Select(part => $"has no \"{part.Trim()}\"")
                .Concat(NumberedName().IsMatch(record.Name) ? [] : ["is not named NNNN-some-words.md"])
            select $"{record.Path} {problem}");
    }

    [Fact]
    public void Each_decision_record_has_a_number_of_its_own() => Findings.AreNone(
        "Two decision records have one number:",
        Repository.Files.Where(file => file.IsIn("docs/adr") && NumberedName().IsMatch(file.Name))
            .GroupBy(file => file.Name[..4], StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => string.Join(", ", group.Select(file => file.Name))));

    /// <summary>Holds as soon as there is a README: before that there is nothing to check, which is said here and not hidden.</summary>
    [Fact]
    public void Every_command_of_the_readme_is_run_by_a_test()
    {
        var listed = (Repository.Find(ReadmeCommandsPath)?.Lines ?? [])
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
        var written = ReadmeCommands(Repository.Find("README.md")?.Text ?? string.Empty).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"README.md has {written.Length} commands.");
        Findings.AreNone(
            $"README.md and {ReadmeCommandsPath} do not agree:",
            [.. written.Where(command => !listed.Contains(command)).Select(command => $"not run by a test: {command}"),
             .. listed.Except(written, StringComparer.Ordinal).Select(command => $"not in README.md any more: {command}")]);
    }

    [Fact]
    public void Commands_are_found_in_console_blocks_only()
    {
        const string Text = "Text `x`.\n```console\n$ ./holdfast demo  # shows it\nDone.\n$ kubectl get pods\n```\n```yaml\n$ no: command\n```\n";
        Assert.Equal(["./holdfast demo", "kubectl get pods"], ReadmeCommands(Text));
    }

    // In a console block a command follows "$ "; the other lines are its output. What follows two spaces and # is a remark.
    private static IEnumerable<string> ReadmeCommands(string text) =>
        from Match block in ConsoleBlock().Matches(text)
        from line in block.Groups[1].Value.Split('\n')
        where line.StartsWith("$ ", StringComparison.Ordinal)
        select line[2..].Split("  #")[0].Trim();

    private static IEnumerable<string> Where(Regex pattern, Func<RepositoryFile, bool> isChecked) =>
        from file in Repository.Files
        where isChecked(file)
        from number in Enumerable.Range(0, file.Lines.Length)
        let match = pattern.Match(file.Lines[number])
        where match.Success
        select $"{file.Path}:{number + 1}: {match.Value}";

    [GeneratedRegex(@"(?<![\w./}-])/(root/|(work|tmp/wt|Users)(/|\b))|(?<![\w./-])/home/(?!(user|\$))\w+")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"api\.nuget\.org|nuget\.pkg\.|registry\.npmjs|pypi\.org|proxy\.golang|crates\.io|artifactory|jfrog", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();

    [GeneratedRegex(@"^\d{4}-[a-z0-9-]+\.md$")]
    private static partial Regex NumberedName();

    [GeneratedRegex(@"^```console\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();
}
