using TraceKit.Engine.Fields;
using TraceKit.Engine.Samples;
using TraceKit.Engine.Stacks;

namespace TraceKit.Engine.Run;

/// <summary>Runs one analysis: chunks to workers, their tables to one.</summary>
internal sealed partial class AnalysisRunner(Trace trace, AnalysisOptions options)
{
    private readonly FrameInterner _frames = new();
    private readonly GuessedThreads _guessed = new();
    private readonly FieldTuples _tuples = new(options.Fields);

    public Analysis Run(CancellationToken cancel)
    {
        var parts = trace.Parts;
        var filter = new SampleFilter(trace, options);
        var shared = new SampleWorker.Shared(parts, trace.EventSources, options, filter, _guessed, _tuples, new AddressNames(parts, options.Names));
        var workers = ReadChunks(shared, cancel);
        cancel.ThrowIfCancellationRequested();
        return Merge(parts, workers, filter);
    }

    private SampleWorker[] ReadChunks(SampleWorker.Shared shared, CancellationToken cancel)
    {
        var chunks = trace.Source.Blocks;
        var count = Math.Clamp(options.Workers > 0 ? options.Workers : Environment.ProcessorCount, 1, Math.Max(1, chunks.Count));
        var workers = new SampleWorker[count];
        var next = -1;
        var done = 0;
        Exception? failure = null;

        void Work(int number)
        {
            var worker = workers[number] = new SampleWorker(shared);
            var reader = trace.Source.OpenSamples(inOrder: false);
            try
            {
                for (int i; (i = Interlocked.Increment(ref next)) < chunks.Count && !cancel.IsCancellationRequested && Volatile.Read(ref failure) is null;)
                {
                    ReadChunk(worker, reader, i);
                    options.Progress?.Invoke(Interlocked.Increment(ref done), chunks.Count);
                }
            }
            catch (Exception e)
            {
                // Told to the caller's thread; the others stop at their next chunk.
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }

        var threads = new Thread[count - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var number = i + 1;
            threads[i] = new Thread(() => Work(number)) { IsBackground = true, Name = $"analysis {number}" };
            threads[i].Start();
        }

        Work(0);
        foreach (var thread in threads)
            thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return workers;
    }
}
