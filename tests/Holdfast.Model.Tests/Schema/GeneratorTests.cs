using Holdfast.Model.Tests.References;
using Holdfast.ModelGenerator;

namespace Holdfast.Model.Tests.Schema;

public sealed class GeneratorTests
{
    [Fact]
    public void The_committed_records_are_what_the_data_gives()
    {
        var model = Path.Combine(SharedFolder.RepositoryRoot, "src", "Holdfast.Model");
        var generated = ModelCode.Generate(Path.Combine(model, "Schema")).ToDictionary(file => file.Name, file => file.Code);
        var committed = Directory.GetFiles(Path.Combine(model, "Generated")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);
        Assert.Equal(generated.Keys.Order(StringComparer.Ordinal), committed);
        foreach (var (name, code) in generated)
        {
            Assert.True(File.ReadAllText(Path.Combine(model, "Generated", name)) == code, $"{name} is stale: run the generator");
        }
    }

    [Fact]
    public void The_committed_definitions_are_what_the_data_gives()
    {
        var folder = Path.Combine(SharedFolder.RepositoryRoot, "deploy", "crds");
        var generated = ModelCode.Definitions(Path.Combine(SharedFolder.RepositoryRoot, "src", "Holdfast.Model", "Schema")).ToDictionary(file => file.Name, file => file.Yaml);
        Assert.Equal(generated.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        foreach (var (name, yaml) in generated)
        {
            Assert.True(File.ReadAllText(Path.Combine(folder, name)) == yaml, $"{name} is stale: run the generator");
        }
    }
}
