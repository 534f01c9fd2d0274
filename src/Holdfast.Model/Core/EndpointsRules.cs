using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of Endpoints.</summary>
internal sealed class EndpointsRules : ResourceRules<Endpoints>
{
    public override bool AllowsCreateOnUpdate => true;

    public override Endpoints Default(Endpoints endpoints) => endpoints with
    {
        Subsets = endpoints.Subsets.Rewrite(subset => subset with
        {
            Ports = subset.Ports.Rewrite(port => port.Protocol.Length == 0 ? port with { Protocol = "TCP" } : port),
        }),
    };
}
