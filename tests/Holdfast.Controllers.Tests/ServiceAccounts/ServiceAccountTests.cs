using Holdfast.Controllers.ServiceAccounts;
using Holdfast.Model.Core;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.ServiceAccounts;

public sealed class ServiceAccountTests
{
    [Fact]
    public Task Every_namespace_keeps_its_default_account_and_the_authority() =>
        Run((host, context) => ServiceAccountReconciler.AddTo(host, context, "PEM"), async world =>
        {
            world.Api.Put(new Namespace { Metadata = Named("shop", "") });
            await world.UntilAsync("both are there", IsFurnished);
            world.Api.Remove<ServiceAccount>("shop", "default");
            await world.UntilAsync("the account is there again", IsFurnished);
            var map = world.Api.Find<ConfigMap>("shop", "kube-root-ca.crt")!;
            world.Api.Put(map with { Data = ValueMap.Of(("ca.crt", "forged")) });
            await world.UntilAsync("the authority is right again", IsFurnished);

            bool IsFurnished() => world.Api.Find<ServiceAccount>("shop", "default") is not null
                && world.Api.Find<ConfigMap>("shop", "kube-root-ca.crt")?.Data.GetValueOrDefault("ca.crt") == "PEM";
        });

    [Fact]
    public void An_ending_namespace_gets_nothing()
    {
        var space = new Namespace { Metadata = Named("shop", "") with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        Assert.Empty(new NamespaceFurnishing("PEM").Plan(new(space, null, null)));
    }
}
