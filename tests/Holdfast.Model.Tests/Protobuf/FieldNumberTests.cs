using Holdfast.Model.Tests.References;

namespace Holdfast.Model.Tests.Protobuf;

public sealed class FieldNumberTests
{
    [Fact]
    public void No_two_fields_of_a_type_stand_in_the_same_place()
    {
        foreach (var schema in ModelTypes.Schemas.Values)
        {
            var paths = schema.Fields.Where(field => !field.ProtobufPath.IsEmpty).Select(field => string.Join('.', field.ProtobufPath)).ToList();
            Assert.Equal(paths.Distinct(), paths);
            Assert.DoesNotContain(paths, path => paths.Any(other => other.StartsWith(path + ".", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Every_field_has_a_number_but_those_that_are_listed()
    {
        // Custom resources never come in protocol buffers.
        var without = ModelTypes.Schemas.Values.Where(schema => !schema.Name.StartsWith("dev.holdfast.", StringComparison.Ordinal))
            .SelectMany(schema => schema.Fields.Where(field => field.ProtobufPath.IsEmpty && field.JsonName is not ("apiVersion" or "kind"))
                .Select(field => $"{schema.Name[(schema.Name.LastIndexOf('.') + 1)..]}.{field.JsonName}"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(Unnumbered.Order(StringComparer.Ordinal), without);
    }

    // Younger than the definitions that the numbers were taken from, and nearly all written by components alone; they are left
    // out of what protocol buffers bring.
    private static readonly string[] Unnumbered =
    [
        "CustomResourceDefinitionCondition.observedGeneration",
        "CustomResourceDefinitionStatus.observedGeneration",
        "ImageVolumeStatus.imageRef",
        "ListMeta.shardInfo",
        "NodeAllocatableResourceClaimStatus.containers",
        "NodeAllocatableResourceClaimStatus.resourceClaimName",
        "NodeAllocatableResourceClaimStatus.resources",
        "PodSchedulingGroup.podGroupName",
        "PodSpec.schedulingGroup",
        "PodStatus.nodeAllocatableResourceClaimStatuses",
        "ResourceHealth.message",
        "ShardInfo.selector",
    ];
}
