using Microsoft.Playwright;

namespace TraceKit.Browser.Tests;

/// <summary>One headless Chromium for all tests; tests skip where there is none.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] s_paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string _reason = "";

    /// <summary>Starts the browser of the system; nothing is downloaded.</summary>
    public async ValueTask InitializeAsync()
    {
        var path = s_paths.FirstOrDefault(File.Exists);
        if (path is null)
        {
            _reason = "no Chromium here: apt-get install chromium";
            return;
        }

        try
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = path,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
        catch (PlaywrightException e)
        {
            _reason = $"{path} does not start: {e.Message.Split('\n')[0]}";
        }
    }

    /// <summary>Opens a page file; skips the test where no browser is.</summary>
    internal async Task<OpenPage> OpenAsync(string path, bool dark = false, bool scripts = true)
    {
        if (_browser is null)
            Assert.Skip(_reason);
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 1360, Height = 1000 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = scripts,
        });
        var page = await context.NewPageAsync();
        var open = new OpenPage(context, page);
        await page.GotoAsync("file://" + path);
        return open;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A page and what it complained of.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                Complaints.Add("request: " + request.Url);
        };
    }

    public IPage Page { get; }

    /// <summary>Console errors, exceptions, and requests for anything that is not in the file.</summary>
    public List<string> Complaints { get; } = [];

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
