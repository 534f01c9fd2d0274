using System.Text;
using System.Text.Json;
using Holdfast.Model.Json;

namespace Holdfast.Model.Tests.Json;

public sealed class LentBufferTests
{
    [Fact]
    public void What_is_written_stays_when_the_buffer_has_to_grow()
    {
        using var buffer = new LentBuffer();
        var expected = new StringBuilder();
        for (var number = 0; number < 5000; number++)
        {
            var text = $"{number},";
            expected.Append(text);
            Encoding.ASCII.GetBytes(text, buffer.GetSpan(text.Length));
            buffer.Advance(text.Length);
        }
        Assert.Equal(expected.ToString(), Encoding.ASCII.GetString(buffer.Written));
    }

    [Fact]
    public void Buffers_that_are_used_within_each_other_do_not_mix()
    {
        var inner = "";
        var outer = ModelJson.ToBytes(writer =>
        {
            writer.WriteStartArray();
            writer.WriteStringValue(new string('a', 9000));
            inner = Encoding.UTF8.GetString(ModelJson.ToBytes(one => one.WriteStringValue(new string('b', 9000))));
            writer.WriteStringValue("end");
            writer.WriteEndArray();
        });
        using var read = JsonDocument.Parse(outer);
        Assert.Equal([new string('a', 9000), "end"], read.RootElement.EnumerateArray().Select(value => value.GetString()!));
        Assert.Equal($"\"{new string('b', 9000)}\"", inner);
    }

    [Fact]
    public void No_more_is_counted_as_written_than_there_is_room_for()
    {
        using var buffer = new LentBuffer();
        var room = buffer.GetSpan().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(-1));
    }

    [Fact]
    public void A_buffer_that_was_given_back_is_empty_and_is_not_given_back_twice()
    {
        var buffer = new LentBuffer();
        buffer.GetSpan(3)[..3].Fill(1);
        buffer.Advance(3);
        buffer.Dispose();
        buffer.Dispose();
        Assert.True(buffer.Written.IsEmpty);
    }
}
