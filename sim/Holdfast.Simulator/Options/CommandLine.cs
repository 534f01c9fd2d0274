using System.Globalization;

namespace Holdfast.Simulator.Options;

/// <summary>What the simulator was asked to do.</summary>
/// <param name="First">The first seed.</param>
/// <param name="Last">The last seed.</param>
/// <param name="Mutant">The known bug to switch on.</param>
/// <param name="TellsStory">Whether the whole story is printed.</param>
/// <param name="For">How long to run on; null for a range of seeds.</param>
/// <param name="Jobs">How many seeds run at once.</param>
public sealed record CommandLine(ulong First, ulong Last, Mutant Mutant, bool TellsStory, TimeSpan? For, int Jobs)
{
    /// <summary>How it is used.</summary>
    public const string Usage = """
        usage: holdfast sim --seed N | --seeds A..B | --for TIME  [--world NAME] [--mutant NAME] [--story] [--jobs N]

          --seed N        one run, from this seed
          --seeds A..B    the runs of these seeds
          --for TIME      runs on for so long (90s, 10m, 1h) and reports; Ctrl-C ends it sooner
          --from N        the first seed of --for (1)
          --mutant NAME   switches a known bug on, to see it found
          --world NAME    sets: StatefulSets alone; stewarded: a quorum with a Steward; restarted: one whose Steward is killed between two writes,
                          held against the same without. Left out, one seed in eight is stewarded
          --story         tells the whole story of each run, not only the end of those that fail
          --until-found   ends with the first run that fails
          --jobs N        how many seeds run at once (as many as there are processors)
        """;

    private static readonly CommandLine Default = new(1, 1, Mutant.None, false, null, Environment.ProcessorCount);

    /// <summary>Whether the first run that fails ends it.</summary>
    public bool IsUntilFound { get; init; }

    /// <summary>The world that all runs are in; null for that which each seed draws.</summary>
    public WorldKind? World { get; init; }

    /// <summary>Whether help was asked for.</summary>
    public bool IsHelp { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="FormatException">One of them is not understood; the message says which.</exception>
    public static CommandLine Read(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (line, range, isFrom) = (Default, "", false);
        for (var index = 0; index < arguments.Count; index++)
        {
            var name = arguments[index];
            if (name is "--help" or "-h")
                return line with { IsHelp = true };
            if (name == "--story")
            {
                line = line with { TellsStory = true };
                continue;
            }
            if (name == "--until-found")
            {
                line = line with { IsUntilFound = true };
                continue;
            }
            if (name is not ("--seed" or "--seeds" or "--for" or "--from" or "--mutant" or "--jobs" or "--world"))
                throw new FormatException($"{name} is not understood\n{Usage}");
            if (++index == arguments.Count)
                throw new FormatException($"{name} needs a value\n{Usage}");
            line = With(line, name, arguments[index]);
            isFrom |= name == "--from";
            if (name is "--seed" or "--seeds" or "--for")
                range = range.Length == 0 ? name : throw new FormatException($"{range} and {name} do not go together: one of them says which seeds\n{Usage}");
        }
        return range switch
        {
            "" => throw new FormatException($"no seed was given\n{Usage}"),
            not "--for" when isFrom => throw new FormatException($"--from goes with --for, and not with {range}\n{Usage}"),
            _ => line,
        };
    }

    private static CommandLine With(CommandLine line, string name, string value)
    {
        switch (name)
        {
            case "--seed":
                return line with { First = Number(value), Last = Number(value) };
            case "--seeds":
                var ends = value.Split("..");
                return ends.Length == 2 && Number(ends[0]) <= Number(ends[1])
                    ? line with { First = Number(ends[0]), Last = Number(ends[1]) }
                    : throw new FormatException($"--seeds needs a range such as 1..100\n{Usage}");
            case "--for":
                return line with { For = Span(value) };
            case "--from":
                return line with { First = Number(value) };
            case "--mutant":
                return Enum.TryParse<Mutant>(value, true, out var mutant) && !char.IsDigit(value[0])
                    ? line with { Mutant = mutant }
                    : throw new FormatException($"there is no mutant {value}; there are {string.Join(", ", Enum.GetNames<Mutant>())}");
            case "--world":
                return Enum.TryParse<WorldKind>(value, true, out var world) && !char.IsDigit(value[0])
                    ? line with { World = world }
                    : throw new FormatException($"there is no world {value}; there are {string.Join(", ", Enum.GetNames<WorldKind>()).ToLowerInvariant()}");
            default:
                var jobs = Number(value);
                return jobs is > 0 and <= 256 ? line with { Jobs = (int)jobs } : throw new FormatException($"--jobs needs a number from 1 to 256\n{Usage}");
        }
    }

    private static TimeSpan Span(string text) => text.Length > 1 && ulong.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100_000
        ? text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException($"{text} is not a time such as 90s, 10m or 1h\n{Usage}"),
        }
        : throw new FormatException($"{text} is not a time such as 90s, 10m or 1h\n{Usage}");

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"{text} is not a seed: a whole number from 0 up\n{Usage}");
}
