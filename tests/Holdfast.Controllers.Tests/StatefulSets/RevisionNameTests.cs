using Holdfast.Controllers.StatefulSets;
using Holdfast.Model.Apps;
using Holdfast.Model.Core;
using Holdfast.Model.Meta;
using Holdfast.Model.Values;
using static Holdfast.Controllers.Tests.ControllerWorld;

namespace Holdfast.Controllers.Tests.StatefulSets;

public sealed class RevisionNameTests
{
    private static readonly StatefulSet Web = new()
    {
        Metadata = Named("web"),
        Spec = new StatefulSetSpec
        {
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = ValueMap.Of(("app", "web")) },
                Spec = new PodSpec
                {
                    RestartPolicy = "Always",
                    TerminationGracePeriodSeconds = 0,
                    DnsPolicy = "ClusterFirst",
                    SecurityContext = new PodSecurityContext(),
                    SchedulerName = "default-scheduler",
                    Containers =
                    [
                        new Container
                        {
                            Name = "c",
                            Image = "example/x:1",
                            ImagePullPolicy = "IfNotPresent",
                            TerminationMessagePath = "/dev/termination-log",
                            TerminationMessagePolicy = "File",
                        },
                    ],
                },
            },
        },
    };

    [Fact]
    public void A_template_has_the_name_that_kubernetes_gives_it()
    {
        var revision = RevisionHistory.Of(Web, 1, 0);

        // As seen in a cluster of Kubernetes 1.36.
        Assert.Equal("web-77df657bc", revision.Metadata.Name);
        Assert.Equal("77df657bc", revision.Metadata.Labels["controller.kubernetes.io/hash"]);
        Assert.NotEqual(revision.Metadata.Name, RevisionHistory.Of(Web, 1, 1).Metadata.Name);
    }

    [Fact]
    public void A_revision_gives_back_its_template_whatever_stands_in_it()
    {
        var container = Web.Spec.Template.Spec.Containers[0] with { Command = ["sh", "-c", "a < b && c > d # ä \"\\u0026\""] };
        var template = Web.Spec.Template with { Spec = Web.Spec.Template.Spec with { Containers = [container] } };

        Assert.Equal(template, RevisionHistory.Template(RevisionHistory.Of(Web with { Spec = Web.Spec with { Template = template } }, 1, 0)));
    }
}
