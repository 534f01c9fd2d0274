using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Holdfast.RepoRules;

/// <summary>Who may depend on whom, read from the project files.</summary>
public sealed partial class DependencyTests
{
    private const string Anything = "*";

    // What is reached through these counts too: a reference to Client brings Model and Platform.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Holdfast.Model"] = [],
        ["Holdfast.Platform"] = [],
        ["Holdfast.Cel"] = [],
        ["Holdfast.Store"] = ["Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Client"] = ["Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.ApiServer"] = ["Holdfast.Model", "Holdfast.Platform", "Holdfast.Store", "Holdfast.Client", "Holdfast.Cel"],
        ["Holdfast.Controllers"] = ["Holdfast.Client", "Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Network"] = ["Holdfast.Client", "Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Node"] = ["Holdfast.Client", "Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Steward"] = ["Holdfast.Controllers", "Holdfast.Cel", "Holdfast.Client", "Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Node.Process"] = ["Holdfast.Node", "Holdfast.Model", "Holdfast.Platform", "Holdfast.Client"],
        ["Holdfast.Node.Cri"] = ["Holdfast.Node", "Holdfast.Model", "Holdfast.Platform", "Holdfast.Client"],
        ["Holdfast.Advisor"] = ["Holdfast.Model"],
        ["Holdfast.Dashboard"] = ["Holdfast.Client", "Holdfast.Model", "Holdfast.Platform"],
        ["Holdfast.Host"] = [Anything],
        ["Holdfast.Cli"] = [Anything],
        ["LedgerStore"] = [],
        ["Holdfast.Simulator"] = [Anything],
        ["LedgerStore.Simulator"] = ["LedgerStore", "Holdfast.Platform"],
        ["Holdfast.ModelGenerator"] = [],
    };

    private static readonly Dictionary<string, string[]> Never = new(StringComparer.Ordinal)
    {
        ["Holdfast.Host"] = ["Holdfast.Cli", "Holdfast.Simulator"],
        ["Holdfast.Cli"] = ["Holdfast.Simulator"],
        ["Holdfast.Simulator"] = ["Holdfast.Host", "Holdfast.Cli"],
    };

    [Fact]
    public void Projects_depend_only_on_whom_they_may() => Findings.AreNone(
        "A dependency is not allowed (docs/ARCHITECTURE.md, \"who may depend on whom\"):",
        from project in Repository.Projects
        where !project.IsTest && !project.IsIn("bench")
        let name = NameOf(project.Path)
        from finding in Allowed.TryGetValue(name, out var allowed)
            ? AllReferences(project).Where(to => !MayDepend(name, allowed, to)).Select(to => $"{name} may not depend on {to}")
            : [$"{project.Path} is new: say in {nameof(DependencyTests)} on whom it may depend"]
        select finding);

    [Fact]
    public void Every_source_project_has_a_test_project() => Findings.AreNone(
        "A project has no tests:",
        from project in Repository.Projects
        where project.IsSource || project.IsIn("sim")
        let name = NameOf(project.Path)
        where Repository.Find($"tests/{name}.Tests/{name}.Tests.csproj") is null
        select $"{project.Path}: make tests/{name}.Tests");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Find("Holdfast.slnx")!.Text;
        Findings.AreNone(
            "A project is not built with the others:",
            Repository.Projects.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal))
                .Select(project => $"add {project.Path} to Holdfast.slnx"));
    }

    [Fact]
    public void Every_package_is_explained_in_a_decision_record()
    {
        var records = Repository.Files.Where(file => file.IsIn("docs/adr")).Select(file => file.Text).ToArray();
        Findings.AreNone(
            "A package is used without a page in docs/adr/ that names it:",
            from file in Repository.Files
            where file.Name.EndsWith(".csproj", StringComparison.Ordinal) || file.Name.EndsWith(".props", StringComparison.Ordinal)
            from Match match in PackageReference().Matches(file.Text)
            let package = match.Groups[1].Value
            where !records.Any(text => text.Contains(package, StringComparison.Ordinal))
            select $"{package}, used in {file.Path}");
    }

    [Fact]
    public void Packages_are_locked() => Findings.AreNone(
        "A project's packages are not locked:",
        Repository.Projects.Select(project => $"{Path.GetDirectoryName(project.Path)}/packages.lock.json")
            .Where(path => Repository.Find(path) is null));

    private static bool MayDepend(string from, string[] allowed, string to) =>
        !Never.GetValueOrDefault(from, []).Contains(to) && (allowed.Contains(Anything) || allowed.Contains(to));

    private static HashSet<string> AllReferences(RepositoryFile project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<RepositoryFile>([project]);
        while (waiting.TryPop(out var next))
        {
            var references = from reference in XDocument.Parse(next.Text).Descendants("ProjectReference")
                             let path = Path.Combine(Repository.Root, Path.GetDirectoryName(next.Path)!, reference.Attribute("Include")!.Value)
                             select Path.GetRelativePath(Repository.Root, Path.GetFullPath(path)).Replace('\\', '/');
            foreach (var path in references.Where(path => found.Add(NameOf(path))))
            {
                waiting.Push(Repository.Find(path) ?? throw new InvalidOperationException($"{next.Path} refers to {path}, which does not exist."));
            }
        }

        return found;
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    [GeneratedRegex("<PackageReference Include=\"([^\"]+)\"")]
    private static partial Regex PackageReference();
}
