using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.RepoRules;

/// <summary>
/// Sizes, with a ratchet: oversizes.txt lists what is too large now, with its size. It may shrink and lose lines,
/// and never grow.
/// </summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 500;
    private const int MaxFunctionLines = 70;
    private const string RatchetPath = "tests/Holdfast.RepoRules/oversizes.txt";

    [Fact]
    public void Files_and_functions_keep_their_size()
    {
        var admitted = ReadRatchet();
        var measured = Repository.Code.SelectMany(Oversizes).ToDictionary(entry => entry.What, entry => entry.Lines, StringComparer.Ordinal);
        var grown = from entry in measured
                    where entry.Value > admitted.GetValueOrDefault(entry.Key)
                    select $"{entry.Key} has {entry.Value} lines: split it (files {MaxFileLines}, functions {MaxFunctionLines})";
        var stale = from entry in admitted
                    where measured.GetValueOrDefault(entry.Key) < entry.Value
                    select $"{entry.Key} is smaller than the {entry.Value} lines in {RatchetPath}: put the new size there, or take the line out";
        Findings.AreNone("A size is over its ceiling, or the list of exceptions is out of date:", [.. grown, .. stale]);
    }

    [Fact]
    public void A_file_holds_one_public_class() => Findings.AreNone(
        "A file holds several public classes; give each its own (records, enums, interfaces and exceptions may stand together):",
        from file in Repository.Code
        where file.IsSource
        let classes = Tree(file).DescendantNodes().OfType<ClassDeclarationSyntax>()
            .Where(type => type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax)
            .Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword))
            .Select(type => type.Identifier.Text)
            .Where(name => !name.EndsWith("Exception", StringComparison.Ordinal))
            .Distinct()
            .ToArray()
        where classes.Length > 1
        select $"{file.Path}: {string.Join(", ", classes)}");

    internal static IEnumerable<(string What, int Lines)> Oversizes(RepositoryFile file)
    {
        var lines = file.Text.TrimEnd('\n').Split('\n').Length;
        if (lines > MaxFileLines)
        {
            yield return (file.Path, lines);
        }

        var functions = Tree(file).DescendantNodes().Where(node =>
            node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax);
        var sizes = from node in functions
                    let span = node.SyntaxTree.GetLineSpan(node.Span)
                    let size = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
                    where size > MaxFunctionLines
                    group size by $"{file.Path}#{NameOf(node)}";
        foreach (var group in sizes)
        {
            yield return (group.Key, group.Max());
        }
    }

    private static SyntaxNode Tree(RepositoryFile file) =>
        CSharpSyntaxTree.ParseText(file.Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        AccessorDeclarationSyntax accessor => $"{(accessor.Parent?.Parent as PropertyDeclarationSyntax)?.Identifier.Text}.{accessor.Keyword.Text}",
        _ => node.Kind().ToString(),
    };

    private static Dictionary<string, int> ReadRatchet() =>
        (Repository.Find(RatchetPath)?.Lines ?? throw new InvalidOperationException($"{RatchetPath} is missing."))
            .Where(line => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
