namespace Holdfast.Cel.Tests;

/// <summary>Functions: cel-spec's, the strings extension's, and those that Kubernetes adds for lists.</summary>
public sealed class FunctionTests
{
    [Theory]
    [InlineData("'ledger'.contains('edg') && !'ledger'.contains('x') && 'ledger'.endsWith('ger')")]
    [InlineData("'tacocat'.charAt(3) == 'o' && 'abc'.charAt(3) == '' && 'h\u00e9\U0001F600!'.charAt(2) == '\U0001F600'")]
    [InlineData("'hello mellow'.indexOf('ello') == 1 && 'hello mellow'.indexOf('ello', 2) == 7 && 'abc'.indexOf('') == 0 && 'abc'.indexOf('z') == -1")]
    [InlineData("'hello mellow'.lastIndexOf('ello') == 7 && 'hello mellow'.lastIndexOf('ello', 6) == 1 && 'abc'.lastIndexOf('') == 3")]
    [InlineData("'TacoCÆt'.lowerAscii() == 'tacocÆt' && 'tacocæt'.upperAscii() == 'TACOCæT'")]
    [InlineData("'hello hello'.replace('he', 'we') == 'wello wello' && 'hello hello'.replace('he', 'we', 1) == 'wello hello' && 'hello'.replace('he', 'we', 0) == 'hello'")]
    [InlineData("'ab'.replace('', '-') == '-a-b-'")]
    [InlineData("'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a'.split(',', 0) == [] && 'abc'.split('') == ['a', 'b', 'c']")]
    [InlineData("'tacocat'.substring(4) == 'cat' && 'tacocat'.substring(0, 4) == 'taco' && 'abc'.substring(3) == ''")]
    [InlineData("'  \\ttrim\\n '.trim() == 'trim' && ['a', 'b'].join() == 'ab' && ['a', 'b'].join('-') == 'a-b' && [].join('x') == ''")]
    [InlineData("'%d-%s-%x-%.2f-%e-%b-%o-%X %%'.format([1, 'a', 255, 1.5, 1052.5, 5, 8, 'hi']) == '1-a-ff-1.50-1.052500e+03-101-10-6869 %'")]
    [InlineData("'%s %s'.format([[1, 2], {'b': 1, 'a': true}]) == '[1, 2] {a: true, b: 1}'")]
    [InlineData("'abc123'.find('[0-9]+') == '123' && 'a1b2'.findAll('[0-9]') == ['1', '2'] && 'a1b2'.findAll('[0-9]', 1) == ['1'] && 'a'.find('b') == ''")]
    public void Functions_of_text(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("'ledger-0'.matches('^[a-z]+-[0-9]$') && matches('abc', 'b') && !'abc'.matches('^b')")]
    [InlineData("!'a\\n'.matches('^a$') && 'a\\nb'.matches('(?m)^b$') && 'ABC'.matches('(?i)abc')")]
    [InlineData(@"!'٣'.matches(r'^\d$') && 'é'.matches(r'^\W$') && 'a b'.matches(r'^\w\s[[:alpha:]]$') && '-'.matches(r'[a\-z]')")]
    [InlineData(@"'a.b'.matches(r'^\Qa.b\E$') && !'axb'.matches(r'^\Qa.b\E$') && 'x'.matches(r'^\x78\pL?$') && 'ab'.matches('^(?P<first>a)(?:b)$')")]
    [InlineData(@"'[x]'.matches(r'^[[]x[]]$') && 'aaa'.matches('^a{2,3}$') && 'a{x'.matches('a{x')")]
    public void Patterns_mean_what_RE2_makes_of_them(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData(@"(a)\\1")]
    [InlineData("(?=a)")]
    [InlineData("(?<!a)b")]
    [InlineData("a++")]
    [InlineData("a{1001}")]
    [InlineData("((a{100}){100}){100}")]
    [InlineData("(?>a)")]
    [InlineData("[a")]
    [InlineData("a)")]
    [InlineData("*a")]
    public void Patterns_that_RE2_does_not_have_are_refused_when_they_are_written(string pattern) =>
        Assert.Contains("invalid matches argument: error parsing regexp", Expressions.IssuesOf($"'a'.matches('{pattern}')"), StringComparison.Ordinal);

    [Theory]
    [InlineData("[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [].isSorted()")]
    [InlineData("[1, 3, 2].max() == 3 && [1.5, 0.5].min() == 0.5 && ['b', 'a'].min() == 'a'")]
    [InlineData("[1, 2].sum() == 3 && [1.5, 2.0].sum() == 3.5 && [duration('1s'), duration('2s')].sum() == duration('3s') && [].sum() == 0")]
    [InlineData("[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1")]
    [InlineData("sets.contains([1, 2, 3], [3, 1]) && sets.intersects([1, 2], [2, 9]) && sets.equivalent([1, 2, 2], [2, 1]) && !sets.contains([1], [2])")]
    public void Functions_of_lists(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));

    [Theory]
    [InlineData("int('42') == 42 && int(3.9) == 3 && int(-3.9) == -3 && int(7u) == 7 && uint('7') == 7u && double('1.5') == 1.5 && double(2) == 2.0")]
    [InlineData("string(1) == '1' && string(1.5) == '1.5' && string(1e21) == '1e+21' && string(1000000.0) == '1e+06' && string(0.00001) == '1e-05' && string(true) == 'true'")]
    [InlineData("string(b'abc') == 'abc' && bytes('é') == b'\\xc3\\xa9' && bool('true') && !bool('0')")]
    [InlineData("int(timestamp('1970-01-01T00:01:00Z')) == 60 && timestamp(60) == timestamp('1970-01-01T00:01:00Z')")]
    [InlineData("string(timestamp('2026-01-02T03:04:05.500Z')) == '2026-01-02T03:04:05.5Z' && timestamp('2026-01-02T03:04:05+02:00') == timestamp('2026-01-02T01:04:05Z')")]
    [InlineData("duration('1h30m') == duration('90m') && string(duration('1.5s')) == '1.5s' && string(duration('1h')) == '3600s' && duration('-1ms') < duration('0s')")]
    [InlineData("timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('24h') && duration('1h').getMinutes() == 60")]
    [InlineData("timestamp('2009-02-13T23:31:30Z').getMonth() == 1 && timestamp('2009-02-13T23:31:30Z').getDate() == 13 && timestamp('2009-02-13T23:31:30Z').getDayOfMonth() == 12")]
    [InlineData("timestamp('2009-02-13T23:31:30Z').getDayOfWeek() == 5 && timestamp('2009-02-13T23:31:30Z').getDayOfYear() == 43 && timestamp('2009-02-13T23:31:30Z').getHours('02:00') == 1")]
    [InlineData("timestamp('2009-02-13T23:31:30.123456789Z').getMilliseconds() == 123 && timestamp('2009-02-13T23:31:20Z').getHours('-00:30') == 23")]
    public void Conversions_and_times(string text) => Assert.Equal(CelBool.True, Expressions.Evaluate(text));
}
