using Holdfast.ApiServer.Admission;
using Holdfast.ApiServer.Errors;
using Holdfast.Model.ApiExtensions;
using Holdfast.Model.CustomResources;
using Holdfast.Model.Resources;
using Holdfast.Model.Rules;

namespace Holdfast.ApiServer.CustomResources.Expressions;

/// <summary>Refuses definitions with rules that do not compile: what cannot be evaluated would never be kept.</summary>
internal sealed class DefinitionExpressions : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => "CustomResourceDefinitionExpressions";

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, IResource resource, CancellationToken cancellationToken)
    {
        var isWritten = request.Operation != AdmissionOperation.Delete && request.Subresource.Length == 0;
        if (!isWritten || resource is not CustomResourceDefinition definition || (request.Old as CustomResourceDefinition)?.Spec == definition.Spec)
            return default;
        var errors = new FieldErrors();
        Check(definition.Spec, errors);
        return errors.Count == 0 ? default : throw ApiErrors.Invalid(request.Served.Type, definition.Metadata.Name, errors.ToImmutable());
    }

    private static void Check(CustomResourceDefinitionSpec spec, FieldErrors errors)
    {
        var path = FieldPath.Root("spec");
        var schemas = spec.Versions.Select(version => version.Schema?.OpenAPIV3Schema).ToList();
        // What all versions have alike is told as the whole definition's.
        if (schemas.Distinct().Count() == 1 && schemas[0] is { } shared)
        {
            SchemaExpressions.CheckRules(StructuralSchema.Of(shared), path.Child("validation").Child("openAPIV3Schema"), errors);
            return;
        }
        for (var i = 0; i < schemas.Count; i++)
        {
            if (schemas[i] is { } schema)
                SchemaExpressions.CheckRules(StructuralSchema.Of(schema), path.Child("versions").Index(i).Child("schema").Child("openAPIV3Schema"), errors);
        }
    }
}
