using System.Globalization;
using System.Text;

namespace TraceKit.Report.Text.PrintFormats;

public sealed partial class PrintFormat
{
    /// <summary>The kernel's printf, as far as print formats use it.</summary>
    private ref struct Printf(StringBuilder output, Node[] arguments, IFieldValues values)
    {
        // A width or precision from a file must not allocate the world.
        private const int LongestPadding = 1024;
        private int _next = 0;

        public void Run(string template)
        {
            for (var i = 0; i < template.Length;)
            {
                var percent = template.IndexOf('%', i);
                if (percent < 0)
                {
                    output.Append(template, i, template.Length - i);
                    return;
                }

                output.Append(template, i, percent - i);
                i = percent + 1;
                if (i < template.Length && template[i] == '%')
                {
                    output.Append('%');
                    i++;
                    continue;
                }

                i = Conversion(template, i);
            }
        }

        private int Conversion(string template, int i)
        {
            bool left = false, zero = false, alternate = false, plus = false;
            for (; i < template.Length && template[i] is '-' or '0' or '#' or '+' or ' '; i++)
            {
                left |= template[i] == '-';
                zero |= template[i] == '0';
                alternate |= template[i] == '#';
                plus |= template[i] == '+';
            }

            var width = ReadLength(template, ref i);
            var precision = -1;
            if (i < template.Length && template[i] == '.')
            {
                i++;
                precision = Math.Max(0, ReadLength(template, ref i));
            }

            var size = 4;
            for (; i < template.Length && template[i] is 'l' or 'h' or 'z' or 't' or 'j' or 'L'; i++)
                size = template[i] == 'h' ? size == 2 ? 1 : 2 : 8;
            if (i >= template.Length)
                return i;
            var kind = template[i++];
            var value = Next();
            var text = value.Text is { } given && kind is not 'p' ? SafeText.Show(given) : Convert(kind, value, size, alternate, plus);
            if (kind == 'p')
                SkipPointerSuffix(template, ref i);
            if (precision >= 0 && value.Text is not null && text.Length > precision)
                text = text[..precision];
            Pad(text, width, left, zero && value.Text is null);
            return i;
        }

        private static string Convert(char kind, Value value, int size, bool alternate, bool plus)
        {
            var number = value.Number;
            var unsigned = size switch { 1 => (byte)number, 2 => (ushort)number, 4 => (uint)number, _ => (ulong)number };
            var signed = size switch { 1 => (sbyte)number, 2 => (short)number, 4 => (int)number, _ => number };
            return kind switch
            {
                'd' or 'i' => (plus && signed >= 0 ? "+" : "") + signed.ToString(CultureInfo.InvariantCulture),
                'u' => unsigned.ToString(CultureInfo.InvariantCulture),
                'x' => (alternate && unsigned != 0 ? "0x" : "") + unsigned.ToString("x", CultureInfo.InvariantCulture),
                'X' => (alternate && unsigned != 0 ? "0X" : "") + unsigned.ToString("X", CultureInfo.InvariantCulture),
                'o' => (alternate && number != 0 ? "0" : "") + System.Convert.ToString(unchecked((long)unsigned), 8),
                'c' => number == 0 ? "" : SafeText.Show(((char)(byte)number).ToString()),
                'p' => value.Text ?? "0x" + ((ulong)number).ToString("x", CultureInfo.InvariantCulture),
                's' => "0x" + ((ulong)number).ToString("x", CultureInfo.InvariantCulture),
                _ => number.ToString(CultureInfo.InvariantCulture),
            };
        }

        /// <summary><c>%pS</c>, <c>%ps</c>, <c>%pI4</c>: the kernel's letters after a pointer; the address itself is printed.</summary>
        private static void SkipPointerSuffix(string template, ref int i)
        {
            if (i >= template.Length)
                return;
            switch (template[i])
            {
                case 'S' or 's' or 'F' or 'f' or 'B' or 'K' or 'x' or 'd' or 'D':
                    i++;
                    break;
                case 'I' or 'i' or 'M' or 'm' or 'U':
                    i++;
                    while (i < template.Length && (char.IsAsciiDigit(template[i]) || template[i] is 'c' or 'p' or 'F' or 'R'))
                        i++;
                    break;
            }
        }

        private int ReadLength(string template, ref int i)
        {
            if (i < template.Length && template[i] == '*')
            {
                i++;
                return (int)Math.Clamp(Next().Number, -LongestPadding, LongestPadding);
            }

            var length = 0;
            for (; i < template.Length && char.IsAsciiDigit(template[i]); i++)
                length = Math.Min(LongestPadding, length * 10 + (template[i] - '0'));
            return length;
        }

        private readonly void Pad(string text, int width, bool left, bool zero)
        {
            if (width < 0)
                (left, width) = (true, -width);
            var missing = width - text.Length;
            if (left)
                output.Append(text).Append(' ', Math.Max(0, missing));
            else if (zero && missing > 0)
                AppendZeroPadded(text, missing);
            else
                output.Append(' ', Math.Max(0, missing)).Append(text);
        }

        private readonly void AppendZeroPadded(string text, int missing)
        {
            var prefix = text.StartsWith('-') || text.StartsWith('+') ? 1 : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? 2 : 0;
            output.Append(text, 0, prefix).Append('0', missing).Append(text, prefix, text.Length - prefix);
        }

        private Value Next() => _next < arguments.Length ? arguments[_next++].Evaluate(values) : new Value(0, "(missing)");
    }
}
