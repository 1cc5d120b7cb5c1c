package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.patienthttp.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of docs/metrics.md is what an application shows after a run: no meter more, none less. */
class MetricsTableTest {

    private static final String CANARY = "c4n4ry";

    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");

    private static SlowApi api;
    private static WebApp app;

    @BeforeAll
    static void run() throws Exception {
        api = new SlowApi();
        app = new WebApp(
                App.class,
                WebApp.NO_SECURITY,
                "management.endpoints.web.exposure.include=prometheus",
                "patient-http.secrets.canary=" + CANARY);
        app.context.getBean(App.PlainCallback.class).failures.set(1);
        app.client()
                .post(api.now() + "?q=" + CANARY)
                .header("authorization", Secret.named("canary"))
                .body(CANARY)
                .callbackArgs(Map.of("a", CANARY))
                .callback(App.PlainCallback.class)
                .enqueue();
        atMostTenSeconds().until(() -> app.http().operations().backlog().counts().values().stream()
                .allMatch(count -> count == 0));
        // the events come after the facts
        atMostTenSeconds().until(() -> value("patient_http_callback_duration_seconds_count", "success") > 0);
    }

    @AfterAll
    static void stop() {
        app.close();
        api.close();
    }

    @Test
    void eachMeterOfTheTableIsThereAndNoOther() {
        var meters = app.context.getBean(MeterRegistry.class).getMeters().stream()
                .filter(meter -> isOurs(meter.getId().getName()))
                .map(MetricsTableTest::row)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(meters)
                .containsExactlyElementsOf(table().stream()
                        .map(cells -> String.join(" | ", cells.get(0), cells.get(2), cells.get(3), tags(cells.get(4))))
                        .sorted()
                        .toList());
    }

    @Test
    void thePrometheusEndpointShowsTheSameNamesAndTags() {
        var shown = new TreeSet<String>();
        scrape().lines().map(SAMPLE::matcher).filter(line -> line.matches()).forEach(line -> {
            if (isOurs(line.group(1).replace('_', '.')) && !line.group(1).endsWith("_max")) {
                var labels = line.group(2) == null ? "" : line.group(2);
                shown.add(line.group(1).replaceFirst("(_seconds|_batch)_(count|sum)$", "$1") + " "
                        + LABEL.matcher(labels)
                                .results()
                                .map(label -> label.group(1))
                                .sorted()
                                .toList());
            }
        });

        assertThat(shown)
                .containsExactlyElementsOf(table().stream()
                        .map(cells -> cells.get(1) + " "
                                + Stream.of(tags(cells.get(4)).split(" "))
                                        .filter(tag -> !tag.isEmpty())
                                        .map(tag -> tag.replace('.', '_'))
                                        .sorted()
                                        .toList())
                        .sorted()
                        .toList());
    }

    @Test
    void valuesAreThoseOfTheRun() {
        assertThat(value("http_client_request_duration_seconds_count", "")).isEqualTo(1);
        assertThat(value("patient_http_outcomes_total", "response")).isEqualTo(1);
        assertThat(value("patient_http_claim_delay_seconds_count", "")).isEqualTo(1);
        assertThat(value("patient_http_claim_batch_sum", "")).isEqualTo(1);
        assertThat(value("patient_http_claim_empty_total", "")).isPositive();
        assertThat(value("patient_http_callback_duration_seconds_count", "failure"))
                .isEqualTo(1);
        assertThat(value("patient_http_callback_retries_total", "")).isEqualTo(1);
        assertThat(value("patient_http_max_in_flight", "")).isEqualTo(256);
        assertThat(value("patient_http_in_flight", "")).isZero();
        assertThat(value("patient_http_outcomes_buffered_bytes", "")).isZero();
        assertThat(value("patient_http_pending", "")).isNotNaN();
    }

    @Test
    void nothingOfTheRequestIsShown() {
        assertThat(scrape()).contains("127.0.0.1").doesNotContain(CANARY, "/now");
    }

    private static boolean isOurs(String name) {
        return name.startsWith("patient.http") || name.startsWith("http.client.request.duration");
    }

    private static String row(Meter meter) {
        var id = meter.getId();
        var type = id.getType() == Meter.Type.DISTRIBUTION_SUMMARY
                ? "summary"
                : id.getType().name();
        return String.join(
                " | ",
                id.getName(),
                type.toLowerCase(Locale.ROOT),
                Optional.ofNullable(id.getBaseUnit()).orElse(""),
                id.getTags().stream().map(Tag::getKey).sorted().collect(Collectors.joining(" ")));
    }

    /** The cells of each row, without quotes. */
    private static List<List<String>> table() {
        try {
            return Files.readAllLines(Path.of("..", "docs", "metrics.md")).stream()
                    .filter(line -> line.startsWith("| `") && line.contains("_"))
                    .map(line -> Arrays.stream(line.split("\\|", -1))
                            .skip(1)
                            .map(cell -> cell.replace("`", "").strip())
                            .toList())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tags(String cell) {
        return Arrays.stream(cell.split(",")).map(String::strip).sorted().collect(Collectors.joining(" "));
    }

    private static double value(String name, String label) {
        return scrape().lines()
                .map(SAMPLE::matcher)
                .filter(line -> line.matches()
                        && line.group(1).equals(name)
                        && String.valueOf(line.group(2)).contains(label))
                .mapToDouble(line -> Double.parseDouble(line.group(3)))
                .findFirst()
                .orElse(0);
    }

    private static String scrape() {
        var response = app.get("/prometheus");
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private static ConditionFactory atMostTenSeconds() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(50));
    }
}
