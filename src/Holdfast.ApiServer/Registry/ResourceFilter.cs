using Holdfast.ApiServer.Errors;
using Holdfast.Client;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;

namespace Holdfast.ApiServer.Registry;

/// <summary>Which objects of a collection a request is about: those that its label and field selectors match.</summary>
public sealed class ResourceFilter
{
    private readonly LabelMatcher _labels;
    private readonly FieldSelector _fields;
    private readonly ServedResource? _served;

    private ResourceFilter(LabelMatcher labels, FieldSelector fields, ServedResource? served)
    {
        _labels = labels;
        _fields = fields;
        _served = served;
    }

    /// <summary>All objects.</summary>
    public static ResourceFilter Everything { get; } = new(LabelMatcher.Everything, FieldSelector.Everything, null);

    /// <summary>Whether every object matches, so that none has to be looked at.</summary>
    public bool MatchesEverything => _labels.SelectsEverything && _fields.SelectsEverything;

    /// <summary>The one name that can match, when a field selector asks for it; null otherwise.</summary>
    public string? Name => _fields.RequiredValue("metadata.name");

    /// <summary>Reads the selectors of a request.</summary>
    /// <param name="served">The kind.</param>
    /// <param name="labelSelector">The label selector; empty for all.</param>
    /// <param name="fieldSelector">The field selector; empty for all.</param>
    /// <exception cref="ApiException">A selector is malformed, or the kind cannot be selected by a field.</exception>
    public static ResourceFilter Parse(ServedResource served, string labelSelector, string fieldSelector)
    {
        if (labelSelector.Length == 0 && fieldSelector.Length == 0)
            return Everything;
        if (!LabelMatcher.TryParse(labelSelector, out var labels, out var labelProblem))
            throw ApiErrors.BadRequest(labelProblem ?? "the label selector cannot be read");
        if (!FieldSelector.TryParse(fieldSelector, out var fields, out var fieldProblem))
            throw ApiErrors.BadRequest(fieldProblem ?? "the field selector cannot be read");
        foreach (var requirement in fields.Requirements)
        {
            if (FieldValues.Find(served, requirement.Field) is null)
                throw ApiErrors.BadRequest(FieldValues.Refusal(served, requirement.Field));
        }
        return new ResourceFilter(labels, fields, served);
    }

    /// <summary>Whether an object matches.</summary>
    /// <param name="resource">The object.</param>
    public bool Matches(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return _labels.Matches(resource.Metadata.Labels)
            && (_fields.SelectsEverything || _fields.Matches(resource, (subject, field) => FieldValues.Find(_served!, field)!(subject)));
    }
}
