package io.patienthttp.spring;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.MDC;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** An application: a table of notes, and callbacks that write into it. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class App {

    /** Starts the application, or one that extends it, on the database of the URL. */
    static ConfigurableApplicationContext start(Class<?> app, String url, String... properties) {
        return start(app, WebApplicationType.NONE, url, properties);
    }

    /** The same, maybe with a web server. */
    static ConfigurableApplicationContext start(
            Class<?> app, WebApplicationType type, String url, String... properties) {
        var all = new LinkedHashMap<String, String>();
        all.put("spring.datasource.url", url);
        all.put("spring.datasource.username", url.startsWith("jdbc:h2") ? "sa" : "postgres");
        all.put("patient-http.initialize-schema", "always");
        all.put("patient-http.callback.first-backoff", "100ms");
        for (var property : properties) {
            var split = property.indexOf('=');
            all.put(property.substring(0, split), property.substring(split + 1));
        }
        return new SpringApplicationBuilder(app)
                .web(type)
                .run(all.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @Bean
    Notes notes(JdbcTemplate jdbc) {
        return new Notes(jdbc);
    }

    @Bean
    Told told() {
        return new Told();
    }

    @Bean
    NoteCallback noteCallback(Notes notes) {
        return new NoteCallback(notes);
    }

    @Bean
    PlainCallback plainCallback(Notes notes) {
        return new PlainCallback(notes);
    }

    @Bean
    ProxiedCallback proxiedCallback(Notes notes, PatientHttpClient client) {
        return new ProxiedCallback(notes, client);
    }

    @Bean
    SwallowingCallback swallowingCallback(Notes notes) {
        return new SwallowingCallback(notes);
    }

    /** A service with transactions of its own, which join. */
    static class Notes {

        private final JdbcTemplate jdbc;

        Notes(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
            jdbc.execute("CREATE TABLE IF NOT EXISTS notes (text VARCHAR(100))");
        }

        @Transactional
        public void add(String text) {
            jdbc.update("INSERT INTO notes VALUES (?)", text);
        }

        @Transactional
        public void refuse(String text) {
            add(text);
            throw new IllegalStateException("refused");
        }

        public int count() {
            return jdbc.queryForObject("SELECT count(*) FROM notes", Integer.class);
        }

        public List<String> all() {
            return jdbc.queryForList("SELECT text FROM notes", String.class);
        }

        public int requests() {
            return jdbc.queryForObject("SELECT count(*) FROM patient_http_requests", Integer.class);
        }

        public int jobs() {
            return jdbc.queryForObject("SELECT count(*) FROM scheduled_tasks", Integer.class);
        }
    }

    /** A listener of the application. */
    static class Told implements Listener {

        final List<String> enqueued = new CopyOnWriteArrayList<>();

        @Override
        public void onEnqueued(String requestId, Request request) {
            enqueued.add(requestId);
        }
    }

    /** Fails as often as it is told to, after it wrote its note. */
    static class NoteCallback implements Callback {

        final AtomicInteger runs = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();
        volatile boolean inTransaction;
        volatile String thread = "";
        volatile String logged = "";
        private final Notes notes;

        NoteCallback(Notes notes) {
            this.notes = notes;
        }

        @Override
        public void onComplete(Response response) {
            runs.incrementAndGet();
            thread = Thread.currentThread().getName();
            logged = MDC.get("requestId");
            inTransaction = TransactionSynchronizationManager.isActualTransactionActive();
            notes.add(response.requestId());
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not this time");
            }
        }

        @Override
        public void onError(Failure failure) {
            notes.add(failure.kind().name());
        }
    }

    /** Wants no transaction. */
    static class PlainCallback extends NoteCallback {

        PlainCallback(Notes notes) {
            super(notes);
        }

        @Override
        public boolean transactional() {
            return false;
        }
    }

    /** A proxy in the context, which itself sends a second request. */
    static class ProxiedCallback implements Callback {

        private final Notes notes;
        private final PatientHttpClient client;

        ProxiedCallback(Notes notes, PatientHttpClient client) {
            this.notes = notes;
            this.client = client;
        }

        @Override
        @Transactional
        public void onComplete(Response response) {
            notes.add("proxied");
            client.get(response.url().toString()).callback(NoteCallback.class).enqueue();
        }

        @Override
        public void onError(Failure failure) {}
    }

    /** Goes on after a failure that marked its transaction for rollback. */
    static class SwallowingCallback implements Callback {

        private final Notes notes;

        SwallowingCallback(Notes notes) {
            this.notes = notes;
        }

        @Override
        public void onComplete(Response response) {
            try {
                notes.refuse("swallowed");
            } catch (IllegalStateException e) {
                // the mistake that this callback is about
            }
        }

        @Override
        public void onError(Failure failure) {}
    }
}
