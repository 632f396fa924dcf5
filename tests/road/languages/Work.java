// The languages table's Java program: compiled methods, one that stays interpreted (CompileCommand=exclude), lambdas, streams. Runs until it is killed.
import java.util.*;
import java.util.stream.*;

public class Work {
    interface Shape { double area(int depth); }

    static final class Square implements Shape {
        final double a;
        Square(double a) { this.a = a; }
        public double area(int depth) {
            double t = a;
            for (int i = 1; i < 40; i++) t += Math.sqrt(t + i);
            return t;
        }
    }

    static final class Tree implements Shape {
        final List<Shape> parts = new ArrayList<>();
        public double area(int depth) {
            double sum = 0;
            for (Shape p : parts) sum += p.area(depth + 1);
            return sum;
        }
    }

    static Shape grow(int levels) {
        if (levels == 0) return new Square(1.5);
        Tree t = new Tree();
        for (int i = 0; i < 3; i++) t.parts.add(grow(levels - 1));
        return t;
    }

    static long words(int n) {
        return IntStream.range(0, n).mapToObj(i -> "word" + i % 97).collect(Collectors.groupingBy(s -> s, Collectors.counting())).size();
    }

    // Never compiled: its frames are the interpreter's.
    static double interpreted(double seed) {
        double t = seed;
        for (int i = 0; i < 20000; i++) t = t * 0.5 + i;
        return t + grow(4).area(0);
    }

    static void run() {
        double total = 0;
        while (total >= 0) {
            total += grow(5).area(0);
            total += words(500);
            total += interpreted(total % 7);
        }
        System.out.println(total);
    }

    public static void main(String[] args) throws Exception {
        Thread t = new Thread(Work::run, "worker");
        t.start();
        run();
    }
}
