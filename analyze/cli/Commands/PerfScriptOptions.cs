using System.CommandLine;
using TraceKit.Cli.Host;

namespace TraceKit.Cli.Commands;

/// <summary>Options of <c>perf script</c> that <c>tracekit script</c> lets pass without a word, because they ask for what it does anyway, and those that it refuses, with the reason.</summary>
internal static class PerfScriptOptions
{
    private const string Instructions = "traces of instructions (Intel PT, CoreSight, SPE) are not decoded";
    private const string Scripts = "scripts of perf are not run; 'tracekit script --format json' prints an object a line for a program of any language";
    private const string Filters = "filters in shared objects are not loaded; --filter has an expression, and --format json is for programs";
    private const string Guests = "guests of a virtual machine are not named: their samples are shown with an unknown place";
    private const string Header = "'tracekit info FILE' prints what the header says";

    /// <summary>Adds both to the command.</summary>
    public static void Add(Command command)
    {
        foreach (var option in new Option[]
        {
            // Files of other users are read as any other.
            new Option<bool>("--force", "-f"),
            new Option<bool>("--demangle"),
            new Option<bool>("--demangle-kernel"),
            new Option<bool>("--no-itrace"),
            // What could not be read or named is told without being asked.
            new Option<bool>("--verbose", "-v"),
        })
        {
            option.Hidden = true;
            command.Options.Add(option);
        }

        CommandLineCheck.NotHere[command] =
        [
            ("--itrace --insn-trace --call-trace --call-ret-trace --graph-function --xed", Instructions),
            ("--max-blocks", "it is for 'brstackinsn', and instructions of branches are not printed"),
            ("--stitch-lbr", "stacks of the processor's own call records are shown as each sample has them"),
            ("-s --script -g --gen-script -l --list", Scripts),
            ("--dlfilter --dlarg --list-dlfilters", Filters),
            ("--guestmount --guestkallsyms --guestmodules --guestvmlinux --guest-code", Guests),
            ("--header --header-only -I --show-info", Header),
            ("-D --dump-raw-trace --dump-unsorted-raw-trace", "'tracekit info FILE' counts the records, --show-side-band prints them, and --format json has each sample whole"),
            ("--show-round-events", "rounds say only up to where perf may sort; 'tracekit info FILE' counts them"),
            ("-d --debug-mode", "'tracekit verify FILE' checks a file, and losses are always told"),
            ("--show-kernel-path", "the kernel is [kernel.kallsyms], whatever file names it"),
            ("-a", "'tracekit script' records nothing; tracekit-capture does"),
        ];
    }
}
