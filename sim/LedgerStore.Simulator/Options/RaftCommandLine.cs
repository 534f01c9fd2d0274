using System.Globalization;

namespace LedgerStore.Simulator.Options;

/// <summary>What the simulator was asked to do.</summary>
/// <param name="First">The first seed.</param>
/// <param name="Last">The last seed.</param>
/// <param name="Mutant">The known bug to switch on.</param>
/// <param name="TellsStory">Whether the whole story is printed.</param>
/// <param name="Kind">What the runs are mostly about.</param>
public sealed record RaftCommandLine(ulong First, ulong Last, RaftMutant Mutant, bool TellsStory, RaftRunKind Kind)
{
    private const string Usage = "simulator --seed N | --seeds A..B  [--mutant NAME] [--restless | --rot | --releases | --bridges | --outsiders] [--story]";

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">One of them is not understood; the message says which.</exception>
    public static RaftCommandLine Read(IReadOnlyList<string> arguments)
    {
        var line = new RaftCommandLine(0, 0, RaftMutant.None, false, RaftRunKind.Any);
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var name))
        {
            line = name switch
            {
                "--story" => line with { TellsStory = true },
                "--restless" or "--rot" or "--releases" or "--bridges" or "--outsiders" => line with { Kind = Enum.Parse<RaftRunKind>(name[2..], true) },
                "--seed" or "--seeds" => WithSeeds(line, Value(rest, name)),
                "--mutant" => line with { Mutant = MutantOf(Value(rest, name)) },
                _ => throw new FormatException($"{name} is not understood; {Usage}"),
            };
        }
        return line.Last > 0 ? line : throw new FormatException($"no seed was given; {Usage}");
    }

    private static string Value(Queue<string> rest, string name) =>
        rest.TryDequeue(out var value) ? value : throw new FormatException($"{name} needs a value; {Usage}");

    private static RaftCommandLine WithSeeds(RaftCommandLine line, string text)
    {
        var ends = text.Split("..");
        var (first, last) = (Number(ends[0]), Number(ends[^1]));
        return ends.Length <= 2 && first <= last && first > 0
            ? line with { First = first, Last = last }
            : throw new FormatException($"{text} is no seed and no range such as 1..100; {Usage}");
    }

    private static RaftMutant MutantOf(string name) => Enum.TryParse<RaftMutant>(name, true, out var mutant) && !char.IsDigit(name[0])
        ? mutant
        : throw new FormatException($"there is no mutant {name}; there are {string.Join(", ", Enum.GetNames<RaftMutant>())}");

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"{text} is not a seed: a whole number from 1 up; {Usage}");
}
