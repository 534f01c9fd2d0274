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
        Check(definition.Spec, (request.Old as CustomResourceDefinition)?.Spec, errors);
        return errors.Count == 0 ? default : throw ApiErrors.Invalid(request.Served.Type, definition.Metadata.Name, errors.ToImmutable());
    }

    private static void Check(CustomResourceDefinitionSpec spec, CustomResourceDefinitionSpec? old, FieldErrors errors)
    {
        var path = FieldPath.Root("spec");
        var schemas = spec.Versions.Select(version => version.Schema?.OpenAPIV3Schema).ToList();
        // What all versions have alike is told as the whole definition's.
        if (schemas.Distinct().Count() == 1 && schemas[0] is { } shared)
        {
            Check(shared, spec.Versions[0].Name, path.Child("validation"));
            return;
        }
        for (var i = 0; i < schemas.Count; i++)
        {
            if (schemas[i] is { } schema)
                Check(schema, spec.Versions[i].Name, path.Child("versions").Index(i).Child("schema"));
        }

        void Check(JSONSchemaProps schema, string version, FieldPath at) => SchemaExpressions.CheckRules(
            StructuralSchema.Of(schema), at.Child("openAPIV3Schema"),
            old?.Versions.Any(before => before.Name == version && before.Schema?.OpenAPIV3Schema == schema) == true, errors);
    }
}
