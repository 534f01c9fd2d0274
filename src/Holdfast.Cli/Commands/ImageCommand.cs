using System.CommandLine;
using Holdfast.Host;
using Holdfast.Node.Runtime;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast image</c>: what containers can be started from.</summary>
internal static class ImageCommand
{
    private static readonly Option<string> Data = DataFolders.Option();
    private static readonly Argument<string> Reference = new("reference") { Description = "The image's name as pods give it, such as example/app:1.0" };
    private static readonly Option<string?> Files = new("--files") { Description = "A folder with the program's files, shown to it read-only", HelpName = "DIR" };
    private static readonly Option<bool> Dotnet = new("--dotnet") { Description = "The program needs the .NET runtime" };
    private static readonly Argument<string[]> Program = new("command") { Description = "The program and its arguments, after --", Arity = ArgumentArity.OneOrMore };

    internal static Command Make() => new("image", "Add, list and remove the images that pods can name: programs of this machine, under a name") { Add(), List(), Remove() };

    private static Command Add()
    {
        var command = new Command("add", "Add an image: holdfast image add NAME [--files DIR] -- PROGRAM [ARGUMENT ...]; {files} in the command stands for the folder") { Data, Reference, Files, Dotnet, Program };
        command.SetAction(result =>
        {
            var words = result.GetValue(Program)!;
            var added = ClusterImages.Open(Folder(result)).Add(new ImageEntry
            {
                Reference = result.GetValue(Reference)!,
                Entrypoint = words,
                FilesFolder = result.GetValue(Files) is { } folder ? Path.GetFullPath(folder) : null,
                NeedsDotnet = result.GetValue(Dotnet),
            });
            Console.WriteLine($"Added {added.Reference}.");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the images") { Data };
        command.SetAction(async (result, cancellationToken) =>
        {
            foreach (var image in await ClusterImages.Open(Folder(result)).ListAsync(cancellationToken))
            {
                Console.WriteLine($"{image.Reference,-36} {(image.IsBuiltIn ? "built in" : "added"),-10} {image.Description ?? string.Join(' ', image.Entrypoint)}");
            }
        });
        return command;
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Remove an image; pods that run it go on") { Data, Reference };
        command.SetAction(result =>
        {
            ClusterImages.Open(Folder(result)).Remove(result.GetValue(Reference)!);
            Console.WriteLine($"Removed {result.GetValue(Reference)}.");
        });
        return command;
    }

    private static string Folder(ParseResult result) => Path.GetFullPath(result.GetValue(Data)!);
}
