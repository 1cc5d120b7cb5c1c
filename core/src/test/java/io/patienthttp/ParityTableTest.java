package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/parity.md is complete, and the tests that it names exist. */
class ParityTableTest {

    private static final Pattern ROW = Pattern.compile("\\| ([0-9]+|[A-Z][A-Z_]+) \\|(.*)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

    private final Map<String, String> rows = rows();
    private final Map<String, Path> sources = sources();

    @Test
    void eachRowAndKindHasOneLineThatNamesATestOrSaysWhatIsOpen() {
        var expected = Stream.concat(
                        Stream.of(
                                        IntStream.rangeClosed(1, 66),
                                        IntStream.rangeClosed(68, 75),
                                        IntStream.of(77),
                                        IntStream.rangeClosed(80, 88),
                                        IntStream.rangeClosed(99, 102))
                                .flatMapToInt(numbers -> numbers)
                                .mapToObj(Integer::toString),
                        Arrays.stream(Failure.Kind.values()).map(Enum::name))
                .toList();

        assertThat(rows.keySet()).containsExactlyElementsOf(expected);
        assertThat(rows).allSatisfy((row, rest) -> {
            var open = rest.substring(rest.lastIndexOf('|') + 1).strip();
            assertThat(open.isEmpty() ? tests(rest) : List.of("open"))
                    .as("row %s", row)
                    .isNotEmpty();
        });
    }

    @Test
    void eachTestThatIsNamedExists() {
        assertThat(rows.values().stream().flatMap(rest -> tests(rest).stream()).distinct())
                .allSatisfy(test -> {
                    var method = test.group(2);
                    assertThat(sources).containsKey(test.group(1));
                    if (method != null) {
                        assertThat(read(sources.get(test.group(1)))).contains("    void " + method + "(");
                    }
                });
    }

    private static List<MatchResult> tests(String rest) {
        return TEST.matcher(rest)
                .results()
                .filter(test -> test.group(1).matches(".*(Test|Contract)"))
                .toList();
    }

    private static Map<String, String> rows() {
        var rows = new LinkedHashMap<String, String>();
        read(Path.of("..", "docs", "parity.md")).lines().forEach(line -> {
            var row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(rows.put(row.group(1), row.group(2))).as(line).isNull();
            }
        });
        return rows;
    }

    private static Map<String, Path> sources() {
        try (var files = Files.walk(Path.of(".."), 12)) {
            return files.filter(file -> file.toString().matches(".*/src/test/java/.*(Test|Contract)\\.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), file -> file, (a, b) -> a));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
