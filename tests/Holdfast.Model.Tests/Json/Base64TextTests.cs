using System.Text;
using Holdfast.Model.Core;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Json;

/// <summary>Bytes are read as Go reads them, and refused with the place where base64 ends.</summary>
public sealed class Base64TextTests
{
    [Theory]
    [InlineData("", -1)]
    [InlineData("AAEC", -1)]
    [InlineData("AA==", -1)]
    [InlineData("AA=\n=", -1)]
    [InlineData("AA\r\nEC", -1)]
    [InlineData("AB==", -1)]
    [InlineData("AAECAB=\n=", -1)]
    [InlineData("ab*d", 2)]
    [InlineData("AAECab*d", 6)]
    [InlineData("AAEC AAEC", 4)]
    [InlineData("abc", 0)]
    [InlineData("AAECa", 4)]
    [InlineData("=", 0)]
    [InlineData("A===", 1)]
    [InlineData("AA=", 3)]
    [InlineData("AA=A", 3)]
    [InlineData("AAA=A", 4)]
    [InlineData("AA-_", 2)]
    public void A_text_is_base64_up_to_a_place(string text, int bad)
    {
        Assert.Equal(bad, Base64Text.FirstBad(Encoding.UTF8.GetBytes(text)));
        var read = () => ModelJson.Read<Secret>(Encoding.UTF8.GetBytes(new System.Text.Json.Nodes.JsonObject { ["data"] = new System.Text.Json.Nodes.JsonObject { ["k"] = text } }.ToJsonString()));
        if (bad < 0)
            Assert.Equal(Convert.FromBase64String(text.Replace("AB", "AA", StringComparison.Ordinal)), read().Data["k"].Span.ToArray());
        else
            Assert.Equal($"illegal base64 data at input byte {bad}", Assert.Throws<ModelDecodeException>(() => read()).Message);
    }
}
