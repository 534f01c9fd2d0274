using Holdfast.Model.Rules;

namespace Holdfast.Model.Coordination;

/// <summary>The rules of Leases. A write must name the version it replaces: that is what makes a lease safe.</summary>
internal sealed class LeaseRules : ResourceRules<Lease>
{
    public override bool AllowsCreateOnUpdate => true;

    public override bool AllowsUnconditionalUpdate => false;

    protected override void Check(Lease lease, FieldErrors errors)
    {
        var spec = lease.Spec;
        if (spec.LeaseDurationSeconds <= 0)
        {
            errors.Add(FieldError.Invalid(SpecPath.Child("leaseDurationSeconds"), (long)spec.LeaseDurationSeconds.Value, "must be greater than 0"));
        }
        if (spec.LeaseTransitions < 0)
        {
            errors.Add(FieldError.Invalid(SpecPath.Child("leaseTransitions"), (long)spec.LeaseTransitions.Value, "must be greater than or equal to 0"));
        }
        if (spec.HolderIdentity is { Length: 0 })
        {
            errors.Add(FieldError.Invalid(SpecPath.Child("holderIdentity"), "", "must not be empty"));
        }
        if (spec.Strategy is { } strategy)
        {
            foreach (var problem in TextFormats.QualifiedName(strategy))
            {
                errors.Add(FieldError.Invalid(SpecPath.Child("strategy"), strategy, problem));
            }
        }
        else if (spec.PreferredHolder is not null)
        {
            errors.Add(FieldError.Forbidden(SpecPath.Child("preferredHolder"), "may only be specified when `strategy` is defined"));
        }
    }
}
