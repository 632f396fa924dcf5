namespace TraceKit.Engine.Model;

public sealed partial class AddressSpace
{
    /// <summary>
    /// Entries of one space's history, over all pieces. A real process has a few hundred; a made-up one whose mappings all
    /// overlap would take the square of their number.
    /// </summary>
    public const int MaximumHistory = 1 << 20;

    private static int s_versions;

    /// <summary>A piece's mapping from a time on.</summary>
    private readonly record struct PieceMapping(long From, int Mapping);

    /// <summary>Ranges in ascending order and what each shows over time: piece <c>i</c> has <c>History[First[i] .. First[i + 1]]</c>.</summary>
    private sealed record Cut(ulong[] Starts, ulong[] Ends, int[] First, PieceMapping[] History, long[] Times, int Dropped)
    {
        /// <summary>Unique among all address spaces.</summary>
        public int FirstVersion { get; } = Interlocked.Add(ref s_versions, Times.Length + 1) - Times.Length;

        public static Cut Make(MappingLog? log, int length)
        {
            var entries = log?.Flatten(length) ?? [];
            if (entries.Count == 0)
                return new Cut([], [], [0], [], [], 0);

            var bounds = new List<ulong>(entries.Count * 2);
            foreach (var entry in entries)
            {
                bounds.Add(entry.Mapping.Start);
                bounds.Add(entry.Mapping.End);
            }

            bounds.Sort();
            var starts = bounds.Distinct().ToArray();
            var histories = new List<(PieceMapping Piece, Mapping Mapping)>?[starts.Length];
            var times = new SortedSet<long>();
            int total = 0, dropped = 0;
            foreach (var (time, index, mapping) in entries)
            {
                var first = Array.BinarySearch(starts, mapping.Start);
                var end = Array.BinarySearch(starts, mapping.End);
                if (total + (end - first) > MaximumHistory)
                {
                    dropped++;
                    continue;
                }

                for (var piece = first; piece < end; piece++)
                {
                    var history = histories[piece] ??= new(1);
                    if (history.Count > 0 && history[^1].Mapping.ShowsTheSame(mapping))
                        continue;
                    if (history.Count > 0 && time == long.MinValue)
                    {
                        history.Clear(); // all of that was over before this space began
                    }
                    else if (history.Count > 0)
                    {
                        times.Add(time);
                    }

                    history.Add((new PieceMapping(time, index), mapping));
                    total++;
                }
            }

            return Pack(starts, histories, [.. times], dropped);
        }

        /// <summary>Drops the gaps and joins neighbours that go on alike.</summary>
        private static Cut Pack(ulong[] bounds, List<(PieceMapping Piece, Mapping Mapping)>?[] histories, long[] times, int dropped)
        {
            var starts = new List<ulong>();
            var ends = new List<ulong>();
            var first = new List<int>();
            var flat = new List<PieceMapping>();
            for (var i = 0; i + 1 < bounds.Length; i++)
            {
                if (histories[i] is not { } history)
                    continue;
                if (ends.Count > 0 && ends[^1] == bounds[i] && history.Count == 1 && flat.Count - first[^1] == 1 && flat[^1].Mapping == history[0].Piece.Mapping)
                {
                    ends[^1] = bounds[i + 1];
                    continue;
                }

                starts.Add(bounds[i]);
                ends.Add(bounds[i + 1]);
                first.Add(flat.Count);
                foreach (var (piece, _) in history)
                    flat.Add(piece);
            }

            first.Add(flat.Count);
            return new Cut([.. starts], [.. ends], [.. first], [.. flat], times, dropped);
        }
    }
}
