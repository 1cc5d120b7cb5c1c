package io.patienthttp.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The demo in a JVM of its own, on a free port, to be killed from outside. */
final class DemoProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);

    private static final Pattern OPEN = Pattern.compile(".*Open (http://[^ ]+) in a browser.*");

    /** How Thread.print begins a Java thread; those of the garbage collector have no number behind the name. */
    private static final Pattern JAVA_THREAD = Pattern.compile("\"(.*)\" #\\d+ .*");

    private final JavaProcess process;
    private final Http http;

    private DemoProcess(JavaProcess process, Http http) {
        this.process = process;
        this.http = http;
    }

    /** Starts a demo on a free port, and waits until it can be used. */
    static DemoProcess start(Path directory, String... arguments) throws InterruptedException {
        return await(launch(directory, arguments));
    }

    /** Starts two at the same moment. */
    static List<DemoProcess> startTwo(Path directory, String... arguments) throws InterruptedException {
        var first = launch(directory, arguments);
        var second = launch(directory, arguments);
        return List.of(await(first), await(second));
    }

    private static JavaProcess launch(Path directory, String... arguments) {
        var all = Stream.concat(Stream.of("--server.port=0"), Stream.of(arguments));
        return JavaProcess.start(directory, Demo.class.getName(), List.of("-Xmx384m"), all.toList());
    }

    private static DemoProcess await(JavaProcess process) throws InterruptedException {
        try {
            var line = process.awaitLine(text -> OPEN.matcher(text).matches(), START);
            var matcher = OPEN.matcher(line);
            assertThat(matcher.matches()).isTrue();
            return new DemoProcess(process, new Http(URI.create(matcher.group(1))));
        } catch (AssertionError e) {
            process.close();
            throw e;
        }
    }

    /** Enqueues the request so many times, by one call; returns the ids. */
    List<String> enqueue(int count, String request) throws IOException, InterruptedException {
        var answer = http.post("/api/requests", "[" + String.join(",", Collections.nCopies(count, request)) + "]");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return StreamSupport.stream(Http.json(answer).get("ids").spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    /** What {@code GET /api/requests/{id}} answers for each. */
    List<JsonNode> requests(Collection<String> ids) throws IOException, InterruptedException {
        var requests = new ArrayList<JsonNode>();
        for (var id : ids) {
            requests.add(get("/api/requests/" + id));
        }
        return requests;
    }

    JsonNode stats() throws IOException, InterruptedException {
        return get("/api/stats");
    }

    /** What its slow API has seen. */
    JsonNode slowStats() throws IOException, InterruptedException {
        return get("/slow/stats");
    }

    /** The URL of a path of this process. */
    URI url(String path) {
        return http.url(path);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        var answer = http.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.json(answer);
    }

    /** The names of its Java threads, as jcmd sees them, without the compilers of the JVM: more cores have more of them. */
    List<String> threads() throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var print = new ProcessBuilder(jcmd, Long.toString(process.pid()), "Thread.print")
                .redirectErrorStream(true)
                .start();
        try (var lines = print.inputReader()) {
            return lines.lines()
                    .map(JAVA_THREAD::matcher)
                    .filter(matcher -> matcher.matches())
                    .map(matcher -> matcher.group(1))
                    .filter(name -> !name.contains(" CompilerThread"))
                    .toList();
        }
    }

    JavaProcess process() {
        return process;
    }

    @Override
    public void close() {
        try {
            process.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
