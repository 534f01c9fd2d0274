using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Services. Addresses and ports are given by the server; here a write keeps those it does not name.</summary>
internal sealed class ServiceRules : ResourceRules<Service>
{
    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override bool AllowsCreateOnUpdate => true;

    protected override TextFormat NameFormat => TextFormats.Dns1035Label;

    public override Service Default(Service service) => ServiceDefaults.Apply(service);

    public override Service PrepareForCreate(Service service)
    {
        var spec = service.Spec;
        if (spec.ClusterIP.Length > 0 && spec.ClusterIPs.IsEmpty)
        {
            spec = spec with { ClusterIPs = [spec.ClusterIP] };
        }
        return service with { Spec = spec, Status = ServiceStatus.Empty };
    }

    public override Service PrepareForUpdate(Service updated, Service old)
    {
        var spec = ServiceAllocations.Keep(ServiceAllocations.AlignAddresses(updated.Spec, old.Spec), old.Spec);
        spec = ServiceAllocations.DropWithType(spec, old.Spec);
        return updated with { Spec = spec, Status = spec.Type == "LoadBalancer" ? old.Status : old.Status with { LoadBalancer = LoadBalancerStatus.Empty } };
    }

    public override Service PrepareForStatusUpdate(Service updated, Service old) => updated with { Spec = old.Spec };

    protected override void Check(Service service, FieldErrors errors) => ServiceValidation.Check(service.Spec, SpecPath, errors);

    protected override void CheckUpdate(Service updated, Service old, FieldErrors errors)
    {
        ServiceAddressValidation.CheckChange(updated.Spec, old.Spec, SpecPath, errors);
        ServiceBalancerValidation.CheckChange(updated.Spec, old.Spec, SpecPath, errors);
        Check(updated, errors);
    }

    protected override void CheckStatusUpdate(Service updated, Service old, FieldErrors errors) =>
        ServiceBalancerValidation.CheckStatus(updated.Status.LoadBalancer, updated.Spec, StatusPath.Child("loadBalancer").Child("ingress"), errors);
}
