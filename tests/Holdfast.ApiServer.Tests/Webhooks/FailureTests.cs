using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.ApiServer.Tests.Webhooks;

/// <summary>What happens when webhooks cannot be asked, or answer what is no answer.</summary>
public sealed class FailureTests
{
    private const string Prefix = "Internal error occurred: failed calling webhook \"h.example.com\": ";

    private static readonly Dictionary<string, (Func<HttpContext, JsonObject, Task> Answer, string Message)> Cases = new(StringComparer.Ordinal)
    {
        ["wrong uid"] = ((http, _) => Response(http, """{"uid":"other","allowed":true}"""), "received invalid webhook response: expected response.uid="),
        ["no response"] = ((http, _) => WebhookServer.WriteAsync(http, """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"""), "received invalid webhook response: webhook response was absent"),
        ["wrong version"] = ((http, _) => WebhookServer.WriteAsync(http, """{"apiVersion":"admission.k8s.io/v2","kind":"AdmissionReview","response":{}}"""),
            "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v2, Kind=AdmissionReview"),
        ["no JSON"] = ((http, _) => WebhookServer.WriteAsync(http, "<html>"), "failed to call webhook: couldn't get version/kind; json parse error: "),
        ["nothing"] = ((_, _) => Task.CompletedTask, "failed to call webhook: couldn't get version/kind; json parse error: "),
        ["a list"] = ((http, _) => WebhookServer.WriteAsync(http, "[1]"), "failed to call webhook: couldn't get version/kind; json parse error: "),
        ["wrong types"] = ((http, request) => Response(http, $$$"""{"uid":"{{{request["uid"]}}}","allowed":true,"warnings":[1],"status":{"code":"x"}}"""), "failed to call webhook: "),
        ["an oversized answer"] = ((http, _) => WebhookServer.WriteAsync(http, new string(' ', 5 * 1024 * 1024)), "failed to call webhook: Post \"https://127.0.0.1:"),
        ["an error"] = ((http, _) => Code(http, 500, "boom"), "failed to call webhook: an error on the server (\"boom\") has prevented the request from succeeding"),
        ["not found"] = ((http, _) => Code(http, 404, ""), "failed to call webhook: the server could not find the requested resource"),
        ["a redirect"] = ((http, _) => Code(http, 302, ""), "failed to call webhook: the server responded with the status code 302"),
        ["a broken connection"] = ((http, _) => { http.Abort(); return Task.CompletedTask; }, "failed to call webhook: Post \"https://127.0.0.1:"),
        ["a patch of a validating webhook"] = ((http, request) => Response(http, $$"""{"uid":"{{request["uid"]}}","allowed":true,"patch":"W10=","patchType":"JSONPatch"}"""),
            "received invalid webhook response: validating webhook may not return response.patch"),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task What_is_no_answer_stops_the_write_or_is_ignored_as_the_policy_says(string name)
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answers["/h"] = Cases[name].Answer;
        await world.HookAsync("Validating", "/h");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));
        Assert.Equal((500, "InternalError"), (code, (string?)body["reason"]));
        Assert.StartsWith(Prefix + Cases[name].Message, (string?)body["message"], StringComparison.Ordinal);

        await world.Server.SendAsync("DELETE", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/h");
        await world.HookAsync("Validating", "/h", """{"failurePolicy":"Ignore"}""");
        Assert.Equal(201, (await world.CreateAsync(WebhookFixture.Map("m"))).Code);
    }

    [Fact]
    public async Task Nobody_there_stops_the_write()
    {
        await using var world = await WebhookFixture.StartAsync();
        await world.HookAsync("Validating", "/h", """{"clientConfig":{"url":"https://127.0.0.1:1/h"}}""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal(500, code);
        Assert.Equal(Prefix + "failed to call webhook: Post \"https://127.0.0.1:1/h?timeout=10s\": dial tcp 127.0.0.1:1: connect: connection refused", (string?)body["message"]);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_stops_the_write()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answers["/h"] = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        await world.HookAsync("Validating", "/h", """{"timeoutSeconds":1}""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal(500, code);
        Assert.EndsWith("/h?timeout=1s\": context deadline exceeded", (string?)body["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(""","details":{"retryAfterSeconds":2}""", 2)]
    public async Task A_refusal_says_when_to_ask_again_only_where_its_webhook_does(string details, int? seconds)
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Answers["/h"] = (http, request) => Response(http, $$$"""{"uid":"{{{request["uid"]}}}","allowed":false,"status":{"code":429,"reason":"TooManyRequests","message":"not now"{{{details}}}}}""");
        await world.HookAsync("Validating", "/h");
        using var map = new StringContent(WebhookFixture.Map("m"), System.Text.Encoding.UTF8, "application/json");
        using var answer = await world.Server.Http.PostAsync(new Uri(world.Server.Host.Address, "/api/v1/namespaces/default/configmaps"), map, TestContext.Current.CancellationToken);
        Assert.Equal((429, seconds), ((int)answer.StatusCode, (int?)answer.Headers.RetryAfter?.Delta?.TotalSeconds));
    }

    [Theory]
    [InlineData("127.0.0.1", false, "tls: failed to verify certificate: x509: certificate signed by unknown authority")]
    [InlineData("localhost", true, "tls: failed to verify certificate: x509: certificate is valid for hook.default.svc, 127.0.0.1, and not for the name that was asked")]
    public async Task A_certificate_that_is_not_to_be_trusted_stops_the_write(string host, bool isBundleGiven, string message)
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Allow("/h");
        var bundle = isBundleGiven ? $",\"caBundle\":\"{world.Hooks.Bundle}\"" : "";
        await world.HookAsync("Validating", "/h", $$$"""{"clientConfig":{"url":"https://{{{host}}}:{{{world.Hooks.Port}}}/h"{{{bundle}}}}}""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal(500, code);
        Assert.EndsWith(message, (string?)body["message"], StringComparison.Ordinal);
        Assert.Empty(world.Hooks.Reviews);
    }

    [Fact]
    public async Task A_bundle_that_is_no_certificate_is_named()
    {
        await using var world = await WebhookFixture.StartAsync();
        await world.HookAsync("Validating", "/h", $$$"""{"clientConfig":{"url":"https://127.0.0.1:{{{world.Hooks.Port}}}/h","caBundle":"aGVsbG8="}}""");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal(500, code);
        Assert.EndsWith("unable to load root certificates: unable to parse bytes as PEM block", (string?)body["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"not":"a list"}""")]
    [InlineData("""[{"op":"remove","path":"/data/none"}]""")]
    [InlineData("""[{"op":"add","path":"/metadata","value":5}]""")]
    [InlineData("nonsense")]
    public async Task A_patch_that_cannot_be_applied_stops_the_write(string patch)
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/h", patch);
        await world.HookAsync("Mutating", "/h");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal((500, "InternalError"), (code, (string?)body["reason"]));
        Assert.Equal(404, (await world.Server.SendAsync("GET", "/api/v1/namespaces/default/configmaps/m")).Code);
    }

    [Fact]
    public async Task What_webhooks_make_of_an_object_has_to_be_valid()
    {
        await using var world = await WebhookFixture.StartAsync();
        world.Hooks.Patch("/h", """[{"op":"add","path":"/metadata/labels","value":{"not a label":"x"}}]""");
        await world.HookAsync("Mutating", "/h");
        var (code, body) = await world.CreateAsync(WebhookFixture.Map("m"));

        Assert.Equal((422, "Invalid"), (code, (string?)body["reason"]));
    }

    private static Task Response(HttpContext http, string response) =>
        WebhookServer.WriteAsync(http, $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{{{response}}}}""");

    private static Task Code(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        return http.Response.WriteAsync(text);
    }
}
