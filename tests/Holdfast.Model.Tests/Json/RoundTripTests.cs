using System.Text;
using Holdfast.Model.Json;
using Holdfast.Model.Resources;

namespace Holdfast.Model.Tests.Json;

public sealed class RoundTripTests
{
    private const int Seeds = 20;

    public static TheoryData<string, string> Kinds => [.. ResourceCatalog.Codecs.Select(codec => (codec.Type.ApiVersion, codec.Type.Kind))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_reads_back_equal_and_is_written_the_same(string apiVersion, string kind)
    {
        var codec = ResourceCatalog.Find(apiVersion, kind)!;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var json = new RandomJson(seed).Object(codec.Schema);
            (json["apiVersion"], json["kind"]) = (apiVersion, kind);
            var issues = new DecodeIssues();
            var text = json.ToJsonString();

            var first = codec.Read(Encoding.UTF8.GetBytes(text), issues);
            var written = ModelJson.ToBytes(first.Write);
            var second = codec.Read(written, issues);

            Assert.True(first.Equals(second), $"seed {seed}: {text}\nis written as\n{Encoding.UTF8.GetString(written)}\nwhich reads back as another object");
            Assert.Equal(first.GetHashCode(), second.GetHashCode());
            Assert.Equal(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(ModelJson.ToBytes(second.Write)));
            Assert.True(issues.IsClean, $"seed {seed}: {string.Join(", ", issues.UnknownFields.Concat(issues.DuplicateFields))}");
        }
    }
}
