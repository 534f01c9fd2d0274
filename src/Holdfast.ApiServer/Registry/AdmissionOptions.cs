using Holdfast.Model.Json;
using Holdfast.Model.Meta;

namespace Holdfast.ApiServer.Registry;

/// <summary>The options of a deletion as admission shows them.</summary>
internal static class AdmissionOptions
{
    /// <summary>The options as JSON, with their type.</summary>
    public static ReadOnlyMemory<byte> Of(DeleteOptions options, WriteContext context)
    {
        var typed = options with
        {
            Kind = "DeleteOptions",
            ApiVersion = "meta.k8s.io/v1",
            DryRun = context.IsDryRun ? ["All"] : options.DryRun,
        };
        return ModelJson.ToBytes(typed);
    }
}
