using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.ApiServer.Http;
using Holdfast.ApiServer.Registry;
using Holdfast.ApiServer.Security;
using Holdfast.Client;
using Holdfast.Model.Patching;
using Holdfast.Model.Protobuf;
using Holdfast.Model.Resources;
using Holdfast.Model.Selectors;
using Holdfast.Platform;

namespace Holdfast.ApiServer.Tests.Fuzzing;

/// <summary>Wrong texts into everything that reads what clients send, without a server in between: each is read or refused in words, at once.</summary>
public sealed class DecoderFuzzTests
{
    private const int Cases = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string[] Selectors =
    [
        "a=b", "a==b,c!=d", "a in (b,c),!d", "a notin (x)", "a", "!a", "a>1,b<2", "metadata.name=a,status.phase!=Running", "a=b\\,c", "example.com/a=b", "a in ()", "spec.nodeName=",
    ];

    private static readonly byte[][] Bodies = [.. ValidRequests.All.Select(request => request.Body).Where(body => body.Length > 0)];

    [Fact]
    public void Objects_are_read_or_refused_in_words() => Run("object", (body, chance) =>
    {
        var codec = ResourceCatalog.Codecs[chance.Next(ResourceCatalog.Codecs.Length)];
        ObjectDecoder.Decode(Changed(body, chance), codec, new WriteContext(UserInfo.Administrator) { FieldValidation = (FieldValidation)chance.Next(3) });
    });

    [Fact]
    public void Yaml_is_read_or_refused_in_words() => Run("YAML", (body, chance) => YamlJson.Convert(chance.Next(2) == 0 ? Mutations.Scramble(body, chance) : Mutations.Yaml(body, chance)));

    [Fact]
    public void Protocol_buffers_are_read_or_refused_in_words() => Run("protocol buffer", (_, chance) =>
    {
        var map = Convert.FromBase64String("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhwKEgoCdjkSABoAIgAqADIAOABCABIGCgFhEgFiGgAiAA==");
        var codec = ResourceCatalog.Codecs[chance.Next(ResourceCatalog.Codecs.Length)];
        ProtobufJson.Convert(Mutations.Scramble(map, chance), codec.Type.Kind, codec.Schema, 1 << 20);
    });

    [Fact]
    public void Patches_are_applied_or_refused_in_words() => Run("patch", (body, chance) =>
    {
        var codec = ResourceCatalog.Codecs[chance.Next(ResourceCatalog.Codecs.Length)];
        var (current, patch) = (Bodies[chance.Next(Bodies.Length)], Mutations.Json(body, chance));
        if (current[0] != '{')
            return;
        _ = chance.Next(3) switch
        {
            0 => JsonPatch.Apply(current, patch),
            1 => MergePatch.Apply(current, patch),
            _ => StrategicMergePatch.Apply(current, patch, codec.Schema),
        };
    });

    [Fact]
    public void Selectors_are_read_or_refused_in_words() => Run("selector", (body, chance) =>
    {
        var text = Encoding.UTF8.GetString(Mutations.Scramble(Encoding.UTF8.GetBytes(Selectors[chance.Next(Selectors.Length)]), chance));
        Assert.True(LabelMatcher.TryParse(text, out _, out var problem) || problem!.Length > 0);
        Assert.True(FieldSelector.TryParse(text, out _, out problem) || problem!.Length > 0);
    });

    [Fact]
    public void Paths_and_page_tokens_are_read_or_refused_in_words() => Run("path", (body, chance) =>
    {
        var request = FuzzCase.Draw(FuzzSettings.Seed, chance.Next(int.MaxValue)).Request;
        ResourcePath.Parse(RequestPath.Parse(request.Target).Segments);
        var token = Encoding.Latin1.GetString(Mutations.Scramble(Encoding.Latin1.GetBytes("aDEKMQpmdXp6CmZ1eno"), chance));
        PageToken.Read(token);
    });

    private static byte[] Changed(byte[] body, IChance chance) => chance.Next(3) == 0 ? Mutations.Scramble(body, chance) : Mutations.Json(body, chance);

    private static void Run(string what, Action<byte[], IChance> read)
    {
        var begun = Stopwatch.StartNew();
        for (var number = 1; FuzzSettings.Wants(number, Cases, begun); number++)
        {
            var seed = ((ulong)FuzzSettings.Seed << 32) ^ (ulong)number;
            var chance = new SeededChance(seed);
            var started = begun.Elapsed;
            try
            {
                read(Bodies[chance.Next(Bodies.Length)], chance);
            }
            catch (ApiException refusal) when (refusal.Code < 500 && refusal.Message.Length > 0)
            {
                continue;
            }
            catch (Exception refusal) when (refusal is PatchException or ProtobufException)
            {
                continue;
            }
            catch (Exception fault)
            {
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what} {number} of seed {FuzzSettings.Seed}: {fault}"));
            }
            Assert.True(begun.Elapsed - started < Patience, $"{what} {number} of seed {FuzzSettings.Seed} took {begun.Elapsed - started}");
        }
    }
}
