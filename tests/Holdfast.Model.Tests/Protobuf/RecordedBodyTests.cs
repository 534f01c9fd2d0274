using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;

namespace Holdfast.Model.Tests.Protobuf;

/// <summary>Bodies that kubectl 1.32 sent; the commands stand beside them.</summary>
public sealed class RecordedBodyTests
{
    [Theory]
    // kubectl create configmap v9 --from-literal=a=b
    [InlineData("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhwKEgoCdjkSABoAIgAqADIAOABCABIGCgFhEgFiGgAiAA==", """
        {"apiVersion":"v1","kind":"ConfigMap","data":{"a":"b"},"metadata":{"name":"v9"}}
        """)]
    // kubectl create poddisruptionbudget goldp --selector=app=x --min-available=50%
    [InlineData("azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSPAoVCgVnb2xkcBIAGgAiACoAMgA4AEIAEhcKCQgBEAAaAzUwJRIKCggKA2FwcBIBeBoKCAAYACAAKAAwABoAIgA=", """
        {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"goldp"},
         "spec":{"minAvailable":"50%","selector":{"matchLabels":{"app":"x"}}}}
        """)]
    // kubectl create deployment gold --image=example/x:1 --replicas=2 --port=80
    [InlineData("azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50Er4BCiEKBGdvbGQSABoAIgAqADIAOABCAFoLCgNhcHASBGdvbGQSigEIAhINCgsKA2FwcBIEZ29sZBpvCh0KABIAGgAiACoAMgA4AEIAWgsKA2FwcBIEZ29sZBJOEjAKAXgSC2V4YW1wbGUveDoxKgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=", """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"gold","labels":{"app":"gold"}},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"gold"}},"strategy":{},
          "template":{"metadata":{"labels":{"app":"gold"}},
           "spec":{"containers":[{"name":"x","image":"example/x:1","ports":[{"containerPort":80}],"resources":{}}]}}}}
        """)]
    public void What_kubectl_sends_is_the_object_that_its_command_asks_for(string body, string json)
    {
        var type = JsonNode.Parse(json)!;
        var codec = ResourceCatalog.Find(type["apiVersion"]!.GetValue<string>(), type["kind"]!.GetValue<string>())!;
        var converted = ProtobufJson.Convert(Convert.FromBase64String(body), codec.Type.Kind, codec.Schema, 1 << 20);
        Assert.Equal(codec.Read(Encoding.UTF8.GetBytes(json), new()), codec.Read(converted.Span, new()));
    }
}
