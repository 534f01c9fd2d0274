using Holdfast.ModelGenerator;

if (args is ["--help"] or { Length: > 1 })
{
    Console.WriteLine("usage: Holdfast.ModelGenerator [--check]\nWrites src/Holdfast.Model/Generated and deploy/crds from src/Holdfast.Model/Schema; with --check only says whether it is up to date.");
    return args is ["--help"] ? 0 : 2;
}

var root = Environment.CurrentDirectory;
while (!File.Exists(Path.Combine(root, "Holdfast.slnx")))
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("run this inside the Holdfast repository: Holdfast.slnx was not found in any folder above");
}

var model = Path.Combine(root, "src", "Holdfast.Model");
var schema = Path.Combine(model, "Schema");
var files = ModelCode.Generate(schema).Select(file => (Path: Path.Combine(model, "Generated", file.Name), Text: file.Code))
    .Concat(ModelCode.Definitions(schema).Select(file => (Path: Path.Combine(root, "deploy", "crds", file.Name), Text: file.Yaml)));
var stale = 0;
foreach (var (path, text) in files)
{
    if (File.Exists(path) && File.ReadAllText(path) == text)
    {
        continue;
    }
    stale++;
    Console.WriteLine($"{(args.Length == 0 ? "wrote" : "stale")} {Path.GetRelativePath(root, path)}");
    if (args.Length == 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
return args.Length == 0 || stale == 0 ? 0 : 1;
