using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of PodTemplates, which count generations without having a status.</summary>
internal sealed class PodTemplateRules : ResourceRules<PodTemplate>
{
    public override bool HasGeneration => true;

    public override PodTemplate Default(PodTemplate resource) => resource with { Template = PodDefaults.Template(resource.Template) };

    public override bool RaisesGeneration(PodTemplate updated, PodTemplate old) => updated.Template != old.Template;

    protected override void Check(PodTemplate resource, FieldErrors errors) =>
        PodTemplateValidation.Check(resource.Template, FieldPath.Root("template"), errors, []);
}
