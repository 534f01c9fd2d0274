using Holdfast.Model.Rules;

namespace Holdfast.Model.Core;

/// <summary>The rules of ServiceAccounts.</summary>
internal sealed class ServiceAccountRules : ResourceRules<ServiceAccount>
{
    public override bool AllowsUnconditionalUpdate => false;
}
