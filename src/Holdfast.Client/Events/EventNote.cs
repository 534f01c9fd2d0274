using Holdfast.Model.Core;
using Holdfast.Model.Resources;

namespace Holdfast.Client.Events;

/// <summary>What a part wants people to know about an object.</summary>
/// <param name="InvolvedObject">The object.</param>
/// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
/// <param name="Reason">One word: <c>SuccessfulCreate</c>.</param>
/// <param name="Message">What happened, in words.</param>
public sealed record EventNote(ObjectReference InvolvedObject, string Type, string Reason, string Message)
{
    /// <summary>A reference to an object as events carry it.</summary>
    /// <param name="resource">The object.</param>
    public static ObjectReference ReferenceTo(IResource resource)
    {
        var type = resource.GetResourceType();
        return new ObjectReference
        {
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Namespace = resource.Metadata.Namespace,
            Name = resource.Metadata.Name,
            Uid = resource.Metadata.Uid,
            ResourceVersion = resource.Metadata.ResourceVersion,
        };
    }
}
