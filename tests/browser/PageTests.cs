using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TraceKit.Report.Html;
using static Microsoft.Playwright.Assertions;

namespace TraceKit.Browser.Tests;

/// <summary>The report page in a real browser.</summary>
public sealed class PageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    /// <summary>Every view opens; nothing is fetched, nothing is complained of, losses are in sight.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_EveryView_OpensWithoutErrorOrRequest(bool dark)
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()), dark);
        var page = open.Page;

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("small.dtr");
        await Expect(page.Locator(".stat.bad", new() { HasText = "Lost" })).ToContainTextAsync("7");
        await Expect(page.Locator(".stat", new() { HasText = "Without a name" })).ToContainTextAsync("30.0 %");
        foreach (var tab in await page.GetByRole(AriaRole.Tab).AllAsync())
        {
            await tab.ClickAsync();
            await Expect(tab).ToHaveAttributeAsync("aria-selected", "true");
            Assert.NotEmpty(await page.GetByRole(AriaRole.Tabpanel).InnerTextAsync());
        }

        await page.Locator(".events button").Nth(1).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Fields" }).ClickAsync();
        await Expect(page.Locator(".histogram h2")).ToHaveTextAsync("bytes");
        Assert.Empty(open.Complaints);
    }

    /// <summary>The share counts each stack once, recursion or not; several words must all occur; nonsense is said to be that.</summary>
    [Fact]
    public async Task Search_ByName_ShowsTheShare()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()));
        var found = open.Page.Locator("#found");

        await open.Page.FillAsync("#search", "vfs_READ");
        await Expect(found).ToHaveTextAsync("20.0 % of samples · 1 function");
        await open.Page.FillAsync("#search", "parse");
        await Expect(found).ToHaveTextAsync("60.0 % of samples · 1 function");
        await open.Page.FillAsync("#search", "/^(main|vfs)/");
        await Expect(found).ToHaveTextAsync("100.0 % of samples · 2 functions");
        await open.Page.FillAsync("#search", "no such function");
        await Expect(found).ToHaveTextAsync("nothing found");
        await open.Page.FillAsync("#search", "/(/");
        await Expect(found).ToHaveTextAsync("not a regular expression");
        Assert.Empty(open.Complaints);
    }

    /// <summary>A click zooms, the breadcrumbs say where, and there are ways back: breadcrumb, button, Escape.</summary>
    [Fact]
    public async Task Flame_ClickAndKeys_ZoomInAndOut()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()));
        var page = open.Page;
        var canvas = page.Locator(".flame canvas");
        var here = page.Locator(".crumbs [aria-current]");

        await Expect(here).ToHaveTextAsync("all");
        await canvas.ClickAsync(new() { Position = new() { X = 40, Y = 50 } });
        await Expect(here).ToHaveTextAsync("ns::parse<…>(int)");
        await Expect(page.Locator(".crumb-share")).ToHaveTextAsync("60.0 %");
        await page.GetByRole(AriaRole.Button, new() { Name = "main", Exact = true }).ClickAsync();
        await Expect(here).ToHaveTextAsync("main");
        await page.ClickAsync("#reset");
        await Expect(here).ToHaveTextAsync("all");
        await Expect(page.Locator("#reset")).ToBeDisabledAsync();

        await canvas.FocusAsync();
        foreach (var key in new[] { "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "Enter" })
            await page.Keyboard.PressAsync(key);
        await Expect(here).ToHaveTextAsync(SampleReport.EvilName);
        await page.Keyboard.PressAsync("Escape");
        await Expect(here).ToHaveTextAsync("all");
        await canvas.HoverAsync(new() { Position = new() { X = 40, Y = 50 } });
        await Expect(page.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("ns::parse<int, std::vector<int> >(int)");
        await Expect(page.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("60.0 % of all");

        await page.ClickAsync("#invert");
        await canvas.ClickAsync(new() { Position = new() { X = 40, Y = 30 } });
        await Expect(page.Locator(".crumb-share")).ToHaveTextAsync("40.0 %");
        Assert.Empty(open.Complaints);
    }

    /// <summary>Numbers of the table are the definition's (recursion once); a click on a title sorts and turns around; text filters.</summary>
    [Fact]
    public async Task Functions_SortAndFilter_AreRight()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()));
        var page = open.Page;
        await page.GetByRole(AriaRole.Tab, new() { Name = "Functions" }).ClickAsync();
        var names = page.Locator(".panel tbody .name");

        await Expect(names).ToHaveTextAsync(["ns::parse<int, std::vector<int> >(int)", SampleReport.EvilName, "vfs_read", "main"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Total", Exact = true }).ClickAsync();
        await Expect(names).ToHaveTextAsync(["main", "ns::parse<int, std::vector<int> >(int)", SampleReport.EvilName, "vfs_read"]);
        await Expect(page.Locator(".panel tbody tr").Nth(1).Locator(".bar").Nth(1)).ToHaveTextAsync("60.0 %");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Total ?▼?$") }).ClickAsync();
        await Expect(names.First).ToHaveTextAsync("vfs_read");
        await page.GetByPlaceholder("Filter functions and modules").FillAsync("kernel");
        await Expect(names).ToHaveTextAsync(["vfs_read"]);

        await names.First.ClickAsync();
        await Expect(page.Locator(".function-name")).ToHaveTextAsync("vfs_read");
        await Expect(page.Locator(".sandwich table").First).ToContainTextAsync("ns::parse");
        Assert.Empty(open.Complaints);
    }

    /// <summary>The call tree opens and closes by keyboard and says its state.</summary>
    [Fact]
    public async Task CallTree_Keys_OpenAndClose()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()));
        var page = open.Page;
        await page.GetByRole(AriaRole.Tab, new() { Name = "Call tree" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close all" }).ClickAsync();
        var rows = page.Locator(".tree tbody tr");

        await Expect(rows).ToHaveCountAsync(1);
        await rows.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.First).ToHaveAttributeAsync("aria-expanded", "true");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(rows).ToHaveCountAsync(1);
    }

    /// <summary>A name that looks like markup is shown as the text it is, everywhere.</summary>
    [Fact]
    public async Task Names_ThatLookLikeMarkup_AreText()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small() with { File = SampleReport.EvilName, Notes = [SampleReport.EvilName] }));
        var page = open.Page;

        await Expect(page.Locator("h1")).ToHaveTextAsync(SampleReport.EvilName);
        await Expect(page.Locator(".notes li")).ToHaveTextAsync(SampleReport.EvilName);
        await page.GetByRole(AriaRole.Tab, new() { Name = "Functions" }).ClickAsync();
        await Expect(page.Locator(".panel tbody .name", new() { HasText = "onerror" })).ToHaveCountAsync(1);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.EndsWith("TraceKit", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Empty(open.Complaints);
    }

    /// <summary>A million samples in a hundred thousand nodes: the page opens, searches, turns around and zooms.</summary>
    [Fact]
    public async Task Page_OfAMillionSamples_Works()
    {
        var path = SampleReport.Save(SampleReport.Big());
        Assert.InRange(new FileInfo(path).Length, 500_000, 8_000_000);
        await using var open = await browser.OpenAsync(path);
        var page = open.Page;

        await Expect(page.Locator(".stat").First).ToContainTextAsync("1,000,000");
        await page.FillAsync("#search", "function_77");
        await Expect(page.Locator("#found")).ToContainTextAsync("111 functions");
        await page.Locator(".flame canvas").ClickAsync(new() { Position = new() { X = 20, Y = 70 } });
        await Expect(page.Locator("#reset")).ToBeEnabledAsync();
        // Every function has the same small share: all of them are one grey box, and the page says so.
        await page.ClickAsync("#invert");
        await page.Locator(".flame canvas").HoverAsync(new() { Position = new() { X = 20, Y = 30 } });
        await Expect(page.GetByRole(AriaRole.Tooltip)).ToContainTextAsync("8,000 boxes too narrow to be drawn");
        Assert.Empty(open.Complaints);
    }

    /// <summary>A filter narrows everything: totals, functions, flame graph, call tree, timeline, threads, fields; a wrong one says where, and leaves what was there.</summary>
    [Fact]
    public async Task Filter_Typed_EverythingFollows()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()));
        var page = open.Page;
        var state = page.Locator("#filter-state");
        await page.FillAsync("#filter", "event == cpu-clock && stack has \"vfs_*\"");
        await Expect(state).ToHaveTextAsync("200 of 1,000 samples");
        await Expect(page.Locator(".stat").First).ToContainTextAsync("800 filtered out");
        await Expect(page.Locator(".chart")).ToHaveAttributeAsync("aria-label", new Regex("^200 samples of cpu-clock"));
        await page.FillAsync("#search", "vfs_read");
        await Expect(page.Locator("#found")).ToHaveTextAsync("100.0 % of samples · 1 function");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Functions" }).ClickAsync();
        await Expect(page.Locator(".panel tbody .name")).ToHaveTextAsync(["vfs_read", "main", "ns::parse<int, std::vector<int> >(int)"]);
        await page.FillAsync("#filter", "comm == worker && time in 6s..8s && cpu < 2 && sym ~ \"ns::*\"");
        await Expect(state).ToHaveTextAsync("400 of 1,000 samples");
        await Expect(page.Locator(".panel tbody tr").First).ToContainTextAsync("100.0 %");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Call tree" }).ClickAsync();
        await Expect(page.Locator(".panel tbody tr").First).ToContainTextAsync("main");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Threads" }).ClickAsync();
        await Expect(page.Locator(".panel tbody tr")).ToHaveCountAsync(1);

        await page.FillAsync("#filter", "comm == worker && sim == x");
        await Expect(page.Locator("#filter-problem")).ToContainTextAsync("column 19: expected one of ");
        await Expect(page.Locator("#filter-problem")).ToContainTextAsync("; did you mean 'sym'?, found 'sim'");
        await Expect(page.Locator(".panel tbody tr")).ToHaveCountAsync(1);
        await page.FillAsync("#filter", "bytes > 2 && caller(\"ns::*\")");
        await Expect(state).ToHaveTextAsync("2 of 1,000 samples");
        await page.Locator(".events button").Nth(1).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Fields" }).ClickAsync();
        await Expect(page.Locator(".histogram")).ToContainTextAsync("2");
        await page.FillAsync("#filter", "comm == nobody");
        await Expect(state).ToHaveTextAsync("0 of 1,000 samples");
        foreach (var tab in await page.GetByRole(AriaRole.Tab).AllAsync())
            await tab.ClickAsync();
        await page.Locator("#filter").PressAsync("Escape");
        await Expect(page.Locator(".stat").First).ToContainTextAsync("1,000");
        Assert.Empty(open.Complaints);
    }

    /// <summary>Without scripts the page says what to do.</summary>
    [Fact]
    public async Task Page_WithoutScripts_SaysSo()
    {
        await using var open = await browser.OpenAsync(SampleReport.Save(SampleReport.Small()), scripts: false);

        Assert.Contains("Allow scripts", await open.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>No samples is no error.</summary>
    [Fact]
    public async Task Page_WithoutSamples_SaysSo()
    {
        var data = SampleReport.Small() with { Totals = new ReportTotals { Lost = 9 }, Events = [], Nodes = new ReportNodes { Parents = [], Frames = [], Self = [] }, Timeline = null, Rows = null, Histograms = [], Threads = [] };
        await using var open = await browser.OpenAsync(SampleReport.Save(data));

        await Expect(open.Page.Locator(".empty")).ToHaveTextAsync("No samples in this report.");
        await Expect(open.Page.Locator(".stat.bad")).ToContainTextAsync("9");
        Assert.Empty(open.Complaints);
    }
}
