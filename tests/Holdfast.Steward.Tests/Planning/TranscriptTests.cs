using System.Globalization;
using System.Text;
using Holdfast.Testing;

namespace Holdfast.Steward.Tests.Planning;

/// <summary>
/// Scenarios as text: what happens, a line that says how long to go on, and everything that is planned then. Written anew with
/// HOLDFAST_REWRITE_TRANSCRIPTS=1; the difference is then for a person to read.
/// </summary>
public sealed class TranscriptTests
{
    private static readonly Transcripts Scenarios = new("tests/Holdfast.Steward.Tests/Planning/Transcripts");

    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_goes_as_its_transcript_says(string name)
    {
        var (written, played) = Scenarios.Play(name, Play);
        Assert.Equal(written, played);
    }

    // What is told stands indented below the command that it follows from.
    private static string Play(string written)
    {
        var played = new StringBuilder();
        var script = new PlanScript();
        foreach (var line in written.TrimEnd('\n').Split('\n').Where(line => line.Length == 0 || line[0] != ' '))
        {
            played.Append(line).Append('\n');
            if (line.Length > 0 && line[0] != '#')
                played.Append(Indented(Obey(script, line.Split(' '))));
        }
        return played.ToString();
    }

    private static string Obey(PlanScript script, string[] words)
    {
        switch (words[0])
        {
            case "go":
                return script.Run(words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 2000);
            case "evict" or "kill":
                return script.Evict(words[1], "alice", words[0] == "kill", words.Length > 2 ? string.Join(' ', words[2..]) : "");
            default:
                script.Obey(words);
                return "";
        }
    }

    private static string Indented(string text) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => " " + line.TrimEnd() + "\n"));
}
