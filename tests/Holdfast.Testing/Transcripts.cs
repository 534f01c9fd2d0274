namespace Holdfast.Testing;

/// <summary>
/// Scenarios that are kept as text beside the tests that play them. Written anew with HOLDFAST_REWRITE_TRANSCRIPTS=1; the difference is then for a
/// person to read.
/// </summary>
/// <param name="folder">Where the transcripts are, below the repository's root.</param>
public sealed class Transcripts(string folder)
{
    private const string Plan = "----";

    private string Folder => Path.Combine(Root(), folder);

    /// <summary>The transcripts' names, in order.</summary>
    public IEnumerable<string> Names => Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>Plays a transcript: what is written and what is played, which are to be the same.</summary>
    /// <param name="name">The transcript's name.</param>
    /// <param name="play">Plays a text: its commands, each followed by what came of it.</param>
    public (string Written, string Played) Play(string name, Func<string, string> play)
    {
        var path = Path.Combine(Folder, name + ".txt");
        var written = File.ReadAllText(path).ReplaceLineEndings("\n");
        var played = play(written);
        if (Environment.GetEnvironmentVariable("HOLDFAST_REWRITE_TRANSCRIPTS") != "1")
            return (written, played);
        File.WriteAllText(path, played);
        return (played, played);
    }

    /// <summary>Plays commands, and at each line of dashes what is planned then; what stands below the dashes up to an empty line is told anew.</summary>
    /// <param name="written">The transcript.</param>
    /// <param name="obey">Does what a command says, in words.</param>
    /// <param name="plan">What is planned now, a line each.</param>
    public static string PlayPlans(string written, Action<string[]> obey, Func<IEnumerable<string>> plan)
    {
        var played = new List<string>();
        var isPlan = false;
        foreach (var line in written.TrimEnd('\n').Split('\n'))
        {
            isPlan &= line.Length > 0;
            if (isPlan)
                continue;
            played.Add(line);
            if (line == Plan)
            {
                played.AddRange(plan().Select(told => told.TrimEnd()));
                isPlan = true;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                obey(line.Split(' '));
            }
        }
        return string.Join('\n', played) + "\n";
    }

    private static string Root()
    {
        var found = new DirectoryInfo(AppContext.BaseDirectory);
        while (found is not null && !File.Exists(Path.Combine(found.FullName, "Holdfast.slnx")))
            found = found.Parent;
        return found?.FullName ?? throw new DirectoryNotFoundException($"no Holdfast.slnx above {AppContext.BaseDirectory}: run the tests inside the repository");
    }
}
