using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Json;
using Holdfast.Model.Patching;
using Holdfast.Model.Resources;

namespace Holdfast.ApiServer.Registry;

/// <summary>Applies a patch to a stored object; pure, so that it can be done again when the object has changed.</summary>
internal static class ObjectPatch
{
    private const string CustomPatches = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

    public static IResource Apply(
        IResource stored, ResourceCodec codec, PatchForm form, ReadOnlyMemory<byte> patch, WriteContext context)
    {
        var current = ModelJson.ToBytes(stored.Write);
        var patched = ApplyText(current, codec, form, patch);
        return ObjectDecoder.DecodePatched(patched, codec, context, PatchStrictness.Problems(form, patch, context), new PatchRefusal(form, patch));
    }

    private static byte[] ApplyText(byte[] current, ResourceCodec codec, PatchForm form, ReadOnlyMemory<byte> patch)
    {
        try
        {
            return form switch
            {
                PatchForm.Json => JsonPatch.Apply(current, patch),
                PatchForm.Merge => MergePatch.Apply(current, patch),
                PatchForm.Strategic when codec is CustomResourceCodec => throw ApiErrors.UnsupportedMediaType(CustomPatches),
                PatchForm.Strategic => StrategicMergePatch.Apply(current, patch, codec.Schema),
                _ => throw ApiErrors.UnsupportedPatch(),
            };
        }
        catch (PatchException problem)
        {
            throw problem.Failure switch
            {
                PatchFailure.BadRequest => ApiErrors.BadRequest(problem.Message),
                PatchFailure.TooLarge => ApiErrors.Failure(413, "RequestEntityTooLarge", problem.Message, null),
                _ => ApiErrors.UnprocessablePatch(),
            };
        }
    }
}
