using Holdfast.Model.Schema;
using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Schema;

public sealed class DescriptionTests
{
    // Words that fit any field and so tell nothing of this one.
    private static readonly string[] Empty = ["The name.", "The path.", "The port.", "The value.", "The values.", "The key.", "What is.", "The address.", "The host."];

    [Fact]
    public void Every_type_and_every_field_is_described()
    {
        Assert.True(ModelTypes.Schemas.Count > 200);
        var missing = ModelTypes.Schemas.Values.SelectMany(Described).Where(each => each.Description.Length == 0).Select(each => each.Name);
        Assert.Equal("", string.Join('\n', missing));
    }

    [Fact]
    public void A_description_is_a_sentence_that_tells_of_its_field()
    {
        var problems = ModelTypes.Schemas.Values.SelectMany(Described)
            .Where(each => !each.Description.EndsWith('.') || Empty.Contains(each.Description))
            .Select(each => $"{each.Name}: {each.Description}");
        Assert.Equal("", string.Join('\n', problems));
    }

    private static IEnumerable<(string Name, string Description)> Described(TypeSchema type) => type.Fields
        .Select(field => ($"{type.Name}.{field.JsonName}", field.Description))
        .Prepend((type.Name, type.Description));
}
