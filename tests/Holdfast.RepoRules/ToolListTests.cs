using System.Text.RegularExpressions;

namespace Holdfast.RepoRules;

/// <summary>What tests start must be there: <c>./test</c> names each program with its package, and installs what is missing.</summary>
public sealed partial class ToolListTests
{
    // Both are asked for with their versions, since Debian's may be too old.
    private static readonly string[] CheckedApart = ["dotnet", "kubectl"];

    private static IEnumerable<string[]> Tools => Repository.Find("test")!.Text.Split("\ntools='\n")[1].Split("\n'")[0].Split('\n').Select(line => line.Split(':'));

    [Fact]
    public void Every_program_that_a_test_starts_is_in_the_list()
    {
        var started = Repository.Code.Where(file => file.IsTest).SelectMany(file => StartedProgram().Matches(file.Text).Select(match => (match.Groups[1].Value, file.Path))).ToList();
        Assert.Contains(started, each => each.Value == "etcd");
        var listed = Tools.Select(tool => tool[0]).Concat(CheckedApart).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(started.Where(each => !listed.Contains(each.Value)).Select(each => $"{each.Path} starts {each.Value}, which the list of tools in ./test lacks"));
    }

    [Fact]
    public void Every_package_that_a_test_or_an_example_asks_for_is_in_the_list()
    {
        var asked = Repository.Files.Where(file => file.IsTest || file.IsIn("examples"))
            .SelectMany(file => AskedPackages().Matches(file.Text).SelectMany(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(package => (package, file.Path))).ToList();
        Assert.Contains(asked, each => each.package == "etcd-server");
        var listed = Tools.Select(tool => tool[1]).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(asked.Where(each => !listed.Contains(each.package)).Select(each => $"{each.Path} asks for the package {each.package}, which the list of tools in ./test lacks"));
    }

    [GeneratedRegex("""(?:"/usr/s?bin/|ProcessStartInfo\("|Process\.Start\("|Started\(environment, "|RunAsync\("(?=u?mount"))([a-z0-9_.-]+)["]""")]
    private static partial Regex StartedProgram();

    [GeneratedRegex("apt-get install((?: [a-z0-9][a-z0-9.+-]*)+)")]
    private static partial Regex AskedPackages();
}
