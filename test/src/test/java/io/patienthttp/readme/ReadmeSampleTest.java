package io.patienthttp.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows the sample test as it runs here, to the letter. */
class ReadmeSampleTest {

    private static final String MARK = "\n@SpringBootTest\n";

    @Test
    void theSampleTestOfTheReadmeIsTheOneThatRunsHere() throws IOException {
        var readme = Files.readString(Path.of("..", "README.md"));
        var here = Files.readString(Path.of("src/test/java/io/patienthttp/readme/SummariesTest.java"));
        var sample = here.substring(here.indexOf(MARK) + 1);

        assertThat(readme).contains("```java\n" + sample + "```\n");
        here.lines().filter(line -> line.startsWith("import static ")).forEach(line -> assertThat(readme)
                .contains(line + "\n"));
    }
}
