using System.CommandLine;
using System.Globalization;
using System.Text;
using TraceKit.Binary;
using TraceKit.Cli.Host;
using TraceKit.DebugInfo.Source;
using TraceKit.Engine.Symbols;
using TraceKit.Report.Text;

namespace TraceKit.Cli.Commands;

/// <summary><c>tracekit symbolize</c>: addr2line's work.</summary>
internal static class SymbolizeCommand
{
    private const int MostAddresses = 1 << 20;

    public static Command Create(CommandContext context)
    {
        var command = new Command("symbolize", "What addresses of a program or library are: functions, inlined ones too, source files and lines. Prints as addr2line does.");
        var words = new Argument<string[]>("FILE ADDR") { Arity = ArgumentArity.ZeroOrMore, Description = "ELF file, then addresses in hexadecimal; without addresses one a line from standard input." };
        var executable = new Option<string>("--exe", "-e") { HelpName = "FILE", Description = "The file, as addr2line takes it: then all words are addresses." };
        var addresses = new Option<bool>("--addresses", "-a") { Description = "Print the address before what it is." };
        var functions = new Option<bool>("--functions", "-f") { Description = "Print names of functions." };
        var inlines = new Option<bool>("--inlines", "-i") { Description = "Print also the functions that it was inlined into." };
        var demangle = new Option<bool>("--demangle", "-C") { Description = "Print names as they were written." };
        var pretty = new Option<bool>("--pretty-print", "-p") { Description = "One line for each function." };
        var baseNames = new Option<bool>("--basenames", "-s") { Description = "Files without their folders." };
        var index = new Option<bool>("--index") { Description = "Keep an index of all its lines on this machine's disk, by build-id (in TRACEKIT_CACHE_DIR, else XDG_CACHE_HOME/tracekit or ~/.cache/tracekit): the first run makes it, later ones answer from it. Setting TRACEKIT_CACHE_DIR is the same." };
        command.Arguments.Add(words);
        foreach (var option in new Option[] { executable, addresses, functions, inlines, demangle, pretty, baseNames, index })
            command.Options.Add(option);
        var debugFiles = new DebugFileArguments(command, recordings: false);
        HelpWithExamples.Examples[command] =
        [
            "tracekit symbolize ./app -f -i -C 0x1190 11c0",
            "nm ./app | cut -d' ' -f1 | tracekit symbolize ./app -fiCp",
            "tracekit symbolize -e /usr/lib/x86_64-linux-gnu/libc.so.6 --debug-dir ./debug -af 27249",
        ];
        command.SetAction(result =>
        {
            var typed = result.GetValue(words) ?? [];
            var path = result.GetValue(executable);
            if (path is null && typed.Length == 0)
                throw new UserErrorException("no file; see 'tracekit symbolize --help'");
            var questions = path is null ? typed[1..] : typed;
            path ??= typed[0];
            using var symbolizer = FileSymbolizer.Open(path, debugFiles.ReadWith(result, hostDefaults: true), CacheOf(result.GetValue(index)));
            var answers = new Answers(context, symbolizer, new AddressTextOptions
            {
                Addresses = result.GetValue(addresses),
                Functions = result.GetValue(functions),
                Inlines = result.GetValue(inlines),
                Demangle = result.GetValue(demangle),
                Pretty = result.GetValue(pretty),
                BaseNames = result.GetValue(baseNames),
                Digits = symbolizer.Image.Is64Bit ? 16 : 8,
            });
            if (questions.Length > 0)
            {
                answers.Print(questions);
            }
            else
            {
                var input = new LineInput(Console.IsInputRedirected ? MostAddresses : 1);
                var lines = new List<string>();
                while (input.TryRead(lines))
                    answers.Print(lines);
            }

            foreach (var problem in symbolizer.Problems.Distinct())
                context.Warn(problem);
            return ExitCodes.Whole;
        });
        return command;
    }

    private static SourceIndexCache? CacheOf(bool asked) =>
        (asked || Environment.GetEnvironmentVariable("TRACEKIT_CACHE_DIR") is { Length: > 0 }) && SourceIndexCache.DefaultFolder() is { } folder ? new SourceIndexCache(folder) : null;

    /// <summary>One batch after another, answered in the order of the questions.</summary>
    private sealed class Answers
    {
        private readonly CommandContext _context;
        private readonly FileSymbolizer _symbolizer;
        private readonly SourceFrames _frames = new();
        private readonly AddressText _text;
        private bool _warned;

        public Answers(CommandContext context, FileSymbolizer symbolizer, AddressTextOptions options)
        {
            _context = context;
            _symbolizer = symbolizer;
            _text = new AddressText(_frames, options);
        }

        public void Print(IReadOnlyList<string> questions)
        {
            // Each address once, ascending; for each question the place of its answer.
            var count = questions.Count;
            var addresses = new ulong?[count];
            var sorted = new ulong[count];
            var order = new int[count];
            var known = 0;
            for (var i = 0; i < count; i++)
            {
                addresses[i] = Parse(questions[i]);
                if (addresses[i] is { } address)
                    (sorted[known], order[known++]) = (address, i);
            }

            Array.Sort(sorted, order, 0, known);
            var places = new int[count];
            Array.Fill(places, -1);
            var batch = new List<Svma>(known);
            for (var i = 0; i < known; i++)
            {
                if (batch.Count == 0 || batch[^1].Value != sorted[i])
                    batch.Add(new Svma(sorted[i]));
                places[order[i]] = batch.Count - 1;
            }

            _frames.Clear();
            _symbolizer.Resolve(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch), _frames);
            var output = new StringBuilder();
            for (var i = 0; i < count; i++)
            {
                _text.Append(output, addresses[i], places[i]);
                if (output.Length < 1 << 15)
                    continue;
                _context.Out.Write(output);
                output.Clear();
            }

            _context.Out.Write(output);
            _context.Out.Flush();
        }

        private ulong? Parse(string text)
        {
            var digits = text.AsSpan().Trim();
            if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
                digits = digits[2..];
            if (ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address))
                return address;
            if (!_warned)
                _context.Warn($"'{text}' is no address in hexadecimal; answered as unknown");
            _warned = true;
            return null;
        }
    }
}
