using System.Globalization;

namespace Holdfast.Simulator.Options;

/// <summary>What the simulator was asked to do.</summary>
/// <param name="First">The first seed.</param>
/// <param name="Last">The last seed.</param>
/// <param name="Mutant">The known bug to switch on.</param>
/// <param name="TellsStory">Whether the whole story is printed.</param>
public sealed record CommandLine(ulong First, ulong Last, Mutant Mutant, bool TellsStory)
{
    /// <summary>How it is used.</summary>
    public const string Usage = "simulator --seed N | --seeds A..B  [--mutant NAME] [--story]";

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <exception cref="FormatException">One of them is not understood; the message says which.</exception>
    public static CommandLine Read(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (line, isSeeded) = (new CommandLine(1, 1, Mutant.None, false), false);
        for (var index = 0; index < arguments.Count; index++)
        {
            string Value() => ++index < arguments.Count ? arguments[index] : throw new FormatException($"{arguments[index - 1]} needs a value; {Usage}");
            switch (arguments[index])
            {
                case "--seed":
                    var seed = Number(Value());
                    (line, isSeeded) = (line with { First = seed, Last = seed }, true);
                    break;
                case "--seeds":
                    var ends = Value().Split("..");
                    (line, isSeeded) = ends.Length == 2 && Number(ends[0]) <= Number(ends[1])
                        ? (line with { First = Number(ends[0]), Last = Number(ends[1]) }, true)
                        : throw new FormatException($"--seeds needs a range such as 1..100; {Usage}");
                    break;
                case "--mutant":
                    var name = Value();
                    line = Enum.TryParse<Mutant>(name, true, out var mutant) && !char.IsDigit(name[0])
                        ? line with { Mutant = mutant }
                        : throw new FormatException($"there is no mutant {name}; there are {string.Join(", ", Enum.GetNames<Mutant>())}");
                    break;
                case "--story":
                    line = line with { TellsStory = true };
                    break;
                default:
                    throw new FormatException($"{arguments[index]} is not understood; {Usage}");
            }
        }
        return isSeeded ? line : throw new FormatException($"no seed was given; {Usage}");
    }

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"{text} is not a seed: a whole number from 0 up; {Usage}");
}
