using Holdfast.Model.Selectors;

namespace Holdfast.Model.Tests.Selectors;

public sealed class FieldSelectorTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("metadata.name=x", "metadata.name=x")]
    [InlineData("status.phase!=Running,metadata.name==x,", "metadata.name=x,status.phase!=Running")]
    [InlineData("a=", "a=")]
    [InlineData(@"a=1\,2\=3\\", @"a=1\,2\=3\\")]
    public void Text_is_read_and_written_back(string text, string written) =>
        Assert.Equal(written, FieldSelector.Parse(text).ToString());

    [Fact]
    public void Escaped_characters_stand_for_themselves() =>
        Assert.Equal(new FieldRequirement("a", true, @"1,2=3\"), FieldSelector.Parse(@"a=1\,2\=3\\").Requirements[0]);

    [Theory]
    [InlineData("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [InlineData(@"a=\x", @"invalid field selector: invalid escape sequence: \x")]
    [InlineData(@"a=\", @"invalid field selector: invalid escape sequence: \")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: 61")]
    public void What_is_wrong_with_text_is_said(string text, string error)
    {
        Assert.False(FieldSelector.TryParse(text, out _, out var found));
        Assert.Equal(error, found);
    }

    [Theory]
    [InlineData("metadata.name=x", true)]
    [InlineData("metadata.name=y", false)]
    [InlineData("metadata.name!=y,spec.nodeName=", true)]
    [InlineData("metadata.name!=x", false)]
    public void All_requirements_must_hold(string text, bool isSelected) =>
        Assert.Equal(isSelected, FieldSelector.Parse(text).Matches("x", static (name, field) => field == "metadata.name" ? name : ""));
}
