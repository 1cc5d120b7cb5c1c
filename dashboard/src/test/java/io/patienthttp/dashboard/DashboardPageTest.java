package io.patienthttp.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.patienthttp.RequestState;
import io.patienthttp.Traffic;
import io.patienthttp.jdbc.JdbcTrafficStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.spi.TrafficStore.Counted;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page as its user sees it, in a real browser. Skipped where there is no Chromium: {@code apt-get install chromium}.
 * Pictures go to {@code target/dashboard}.
 */
class DashboardPageTest {

    private static final String HOSTILE_HOST = "<img src=x onerror=document.title='hacked'>";

    private static Ops ops;
    private static Chromium browser;
    private static String dead;

    @BeforeAll
    static void start() throws Exception {
        var binary = Chromium.installed();
        if (binary.isEmpty()) {
            System.err.println("SKIPPED: the tests of the dashboard's page, without Chromium");
        }
        assumeTrue(binary.isPresent(), "SKIPPED: there is no Chromium on this machine");
        ops = Ops.start(Ops.Secured.class, Ops.ROLES);
        for (int i = 0; i < 12; i++) {
            ops.enqueue();
        }
        dead = ops.enqueueDead();
        ops.jdbc()
                .update("UPDATE patient_http_requests SET host = ? WHERE id = ?", HOSTILE_HOST, UUID.fromString(dead));
        process("worker-1.internal", 183, 256);
        process("worker-2.internal", 42, 256);
        traffic();
        browser = new Chromium(binary.get());
        browser.header("Authorization", Visitor.authorization("operator"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (ops != null) {
            ops.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        browser.window(1280, 900, false);
        browser.open(ops.root().resolve("/patient-http/"));
        browser.await("document.readyState === 'complete'"
                + " && document.querySelector('[data-state=PENDING]').textContent !== '–'"
                + " && document.querySelectorAll('#list tr').length > 0");
    }

    @Test
    void itShowsWhatThereIs() throws Exception {
        assertThat(text("[data-state=PENDING]")).isEqualTo("12");
        assertThat(text("[data-state=DEAD]")).isEqualTo("1");
        assertThat(text("#capacity")).isEqualTo("of 512, 2 processes");
        assertThat(text("#processes")).contains("worker-1.internal").contains("183 of 256");
        assertThat(text("#hosts")).contains("api.openai.com");
        assertThat(text("#pending")).contains("up to 1 min");
        assertThat(text("#list")).contains(dead);
        assertThat(browser.value("document.querySelectorAll('#chart rect.good').length")
                        .asInt())
                .isGreaterThan(50);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void countsAndTimesAreWords() throws Exception {
        assertThat(words("count(10001, 10000)")).isEqualTo("10,000+");
        assertThat(words("count(10000, 10000)")).isEqualTo("10,000");
        assertThat(words("duration(90000)")).isEqualTo("1.5 min");
        assertThat(words("duration(999)")).isEqualTo("999 ms");
        assertThat(words("ago('2026-01-01T10:00:00Z', '2026-01-01T12:00:00Z')")).isEqualTo("2 h ago");
        assertThat(words("ago('2026-01-01T10:00:00Z', '2026-01-01T09:59:30Z')")).isEqualTo("in 30 s");
        assertThat(words("size(2048)")).isEqualTo("2 KiB");
    }

    private static String words(String call) throws Exception {
        return browser.value("import('/patient-http/dom.js').then(dom => dom." + call + ")")
                .asString();
    }

    /** Names that are markup are text: in the lists, and in the request itself. */
    @Test
    void namesThatAreMarkupAreText() throws Exception {
        click("#list button.id");
        browser.await("document.querySelectorAll('.timeline li').length > 3");

        assertThat(text("#list")).contains(HOSTILE_HOST).contains(Ops.HostileCallback.NAME);
        assertThat(text("#hosts")).contains(HOSTILE_HOST);
        assertThat(text("#details")).contains(Ops.HostileCallback.NAME).contains("<img src=x onerror=");
        assertThat(browser.value("document.querySelectorAll('main img, main script, dialog img, dialog script').length")
                        .asInt())
                .isZero();
        assertThat(browser.value("document.title").asString()).isEqualTo("Patient HTTP");
        assertThat(text("body")).doesNotContain("canary-");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void anActionIsConfirmedBeforeItIsTaken() throws Exception {
        var id = ops.enqueueDead();
        browser.value("location.hash = '" + id + "'; location.reload(); 0");
        browser.await("[...document.querySelectorAll('#details-actions button')].length === 3");

        browser.value("[...document.querySelectorAll('#details-actions button')].at(-1).click()");
        assertThat(text("#confirm")).contains("Delete this request?");
        click("#confirm-no");
        assertThat(state(id)).isEqualTo(RequestState.DEAD);

        browser.value("document.querySelector('#details-actions button').click()");
        click("#confirm-yes");
        browser.await("document.querySelector('#details-message').textContent === 'Its callback runs again.'");
        assertThat(state(id)).isEqualTo(RequestState.COMPLETED);
        assertThat(text("#details-body")).contains("completed");
        assertThat(browser.complaints()).isEmpty();
        ops.jdbc().update("DELETE FROM patient_http_requests WHERE id = ?", UUID.fromString(id));
    }

    @Test
    void whoMayOnlyLookIsOfferedNothingElse() throws Exception {
        browser.header("Authorization", Visitor.authorization("viewer"));
        try {
            open();
            click("#list button.id");
            browser.await("document.querySelectorAll('.timeline li').length > 3");

            assertThat(text("#user")).isEqualTo("viewer, read-only");
            assertThat(browser.value("document.querySelectorAll('#details-actions button').length")
                            .asInt())
                    .isZero();
        } finally {
            browser.header("Authorization", Visitor.authorization("operator"));
        }
    }

    @Test
    void itIsUsedWithTheKeyboardAlone() throws Exception {
        browser.press("Tab", 9);
        assertThat(focused("textContent")).isEqualTo("Skip to the requests");
        browser.press("Enter", 13);
        assertThat(focused("id")).isEqualTo("requests");

        for (int tabs = 0; tabs < 12 && !focused("className").equals("id"); tabs++) {
            browser.press("Tab", 9);
        }
        assertThat(focused("textContent")).isEqualTo(dead);
        browser.press("Enter", 13);
        browser.await("document.querySelector('#details').open");
        assertThat(focused("id")).isEqualTo("details-title");
        browser.press("Escape", 27);
        browser.await("!document.querySelector('#details').open");
        assertThat(focused("textContent")).isEqualTo(dead);
    }

    /** What screen readers go by: each field has a label, each table its headings, each landmark a name. */
    @Test
    void everythingHasAName() throws Exception {
        assertThat(browser.value("[...document.querySelectorAll('input, select')]"
                                + ".filter(field => field.labels.length !== 1).length")
                        .asInt())
                .isZero();
        assertThat(browser.value("[...document.querySelectorAll('table')]"
                                + ".filter(table => table.querySelectorAll('thead th[scope=col]').length < 3).length")
                        .asInt())
                .isZero();
        assertThat(browser.value(
                                "[...document.querySelectorAll('section, dialog, [role=region], svg[role=img]')]"
                                        + ".filter(part => !document.getElementById(part.getAttribute('aria-labelledby'))).length")
                        .asInt())
                .isZero();
        assertThat(browser.value("document.querySelectorAll('main, header, h1').length")
                        .asInt())
                .isEqualTo(3);
        assertThat(browser.value("document.querySelectorAll('[role=status]').length")
                        .asInt())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"light, 1280, 1500, false", "dark, 1280, 1500, true", "phone, 390, 2300, false"})
    void itFitsItsWindow(String name, int width, int height, boolean dark) throws Exception {
        browser.window(width, height, dark);
        var target = Path.of("target", "dashboard");
        browser.picture(target.resolve(name + ".png"));
        assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);

        browser.window(width, Math.min(height, 1000), dark);
        click("#list button.id");
        browser.await("document.querySelectorAll('.timeline li').length > 3");
        browser.picture(target.resolve(name + "-request.png"));
        assertThat(browser.value("document.querySelector('#details').scrollWidth")
                        .asInt())
                .isLessThanOrEqualTo(width);
        assertThat(browser.value("getComputedStyle(document.body).backgroundColor")
                        .asString())
                .isEqualTo(dark ? "rgb(18, 23, 26)" : "rgb(246, 247, 248)");
    }

    private static String text(String selector) throws Exception {
        return browser.value("document.querySelector('" + selector + "').textContent")
                .asString();
    }

    private static void click(String selector) throws Exception {
        browser.value("document.querySelector('" + selector + "').click()");
    }

    private static String focused(String property) throws Exception {
        return browser.value("document.activeElement." + property).asString();
    }

    private static RequestState state(String id) {
        return ops.bean(PatientHttp.class).find(id).orElseThrow().state();
    }

    private static void process(String host, int inFlight, int capacity) {
        ops.jdbc()
                .update(
                        "INSERT INTO patient_http_processes (id, host, pid, version, started_at, last_seen_at,"
                                + " healthy_since, lease_ms, max_in_flight, in_flight) VALUES (?, ?, 7, '0.1.0',"
                                + " CURRENT_TIMESTAMP - INTERVAL '200' MINUTE, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP,"
                                + " 600000, ?, ?)",
                        UUID.randomUUID(),
                        host,
                        capacity,
                        inFlight);
    }

    /** An hour of it. */
    private static void traffic() {
        var random = new Random(7);
        var counts = new ArrayList<Counted>();
        for (int minute = 0; minute < 60; minute++) {
            var age = Duration.ofMinutes(minute);
            counts.add(new Counted(age, "api.openai.com", traffic(120 + random.nextInt(60), random.nextInt(6))));
            counts.add(new Counted(age, "hooks.partner.example", traffic(30 + random.nextInt(20), random.nextInt(3))));
        }
        counts.add(new Counted(Duration.ofMinutes(30), HOSTILE_HOST, traffic(3, 1)));
        var transactions = JdbcTransactions.of(ops.bean(DataSource.class));
        new JdbcTrafficStore(transactions, "patient_http_").add(counts);
    }

    private static Traffic traffic(long requests, long errors) {
        var histogram = new ArrayList<>(Collections.nCopies(Traffic.BOUNDS.size() + 1, 0L));
        histogram.set(5, requests / 2);
        histogram.set(7, requests - requests / 2 - requests / 20);
        histogram.set(9, requests / 20);
        return new Traffic(
                requests, 0, errors, errors / 2, 0, Duration.ofSeconds(4 * requests), List.copyOf(histogram));
    }
}
