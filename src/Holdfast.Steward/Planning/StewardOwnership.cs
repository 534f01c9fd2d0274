using Holdfast.Model.Meta;
using Holdfast.Model.Values;

namespace Holdfast.Steward.Planning;

/// <summary>How the Steward marks what it makes, and knows it again.</summary>
internal static class StewardOwnership
{
    /// <summary>The metadata of something that a Steward makes: it goes when the Steward goes.</summary>
    public static ObjectMeta Metadata(StewardResource steward, string name) => new()
    {
        Name = name,
        Namespace = steward.Metadata.Namespace,
        Labels = ValueMap.Of((StewardNames.StewardLabel, steward.Metadata.Name)),
        OwnerReferences =
        [
            new OwnerReference
            {
                ApiVersion = StewardResource.ResourceType.ApiVersion,
                Kind = StewardResource.ResourceType.Kind,
                Name = steward.Metadata.Name,
                Uid = steward.Metadata.Uid,
                Controller = true,
                BlockOwnerDeletion = true,
            },
        ],
    };

    public static bool IsOwn(StewardResource steward, ObjectMeta metadata) =>
        metadata.OwnerReferences.Any(owner => owner.Controller == true && owner.Uid == steward.Metadata.Uid);
}
