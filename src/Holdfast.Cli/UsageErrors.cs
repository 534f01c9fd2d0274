using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Holdfast.Cli;

/// <summary>Tells what of a command line was not understood, and where its help is; help itself is for those who ask for it.</summary>
internal static class UsageErrors
{
    internal static int Tell(ParseResult parsed)
    {
        var command = CommandPath(parsed.CommandResult);
        if (parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            Console.Error.WriteLine($"holdfast: {Misspelt(parsed, command)}; it is one of: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(known => known.Name))}.");
        }
        else
        {
            foreach (var message in parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct(StringComparer.Ordinal))
            {
                Console.Error.WriteLine($"holdfast: {message}.");
            }
        }
        Console.Error.WriteLine($"Its use: {command} --help");
        return ExitCode.Usage;
    }

    /// <summary>An option that takes a whole number, and says so when it gets something else.</summary>
    /// <param name="name">The option, such as <c>--nodes</c>.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="usual">Its value when it is left out.</param>
    internal static Option<int> WholeNumber(string name, string description, int usual) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => usual,
        CustomParser = result => Parse(name, result),
    };

    private static int Parse(string name, ArgumentResult result)
    {
        var word = result.Tokens[0].Value;
        if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"{name} is {word}; expected a whole number");
        }
        return number;
    }

    private static string Misspelt(ParseResult parsed, string command) => parsed.UnmatchedTokens is [var word, ..]
        ? $"\"{command} {word}\" is not a command"
        : $"\"{command}\" needs a command after it";

    private static string CommandPath(CommandResult result) => result.Parent is CommandResult parent
        ? $"{CommandPath(parent)} {result.Command.Name}"
        : "holdfast";
}
