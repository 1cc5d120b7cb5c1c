package io.patienthttp.demo.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.demo.DemoTest;
import io.patienthttp.demo.Http;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@DemoTest
class SlowApiTest {

    @Autowired
    private SlowApiAddress address;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(address.root());
    }

    @Test
    void answersWithStatusAndSize() throws Exception {
        var response = http.get("/slow?delay=1ms&status=503&size=2KB");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).hasSize(2048);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void statusWithoutBodyHasNone() throws Exception {
        assertThat(http.get("/slow?delay=0s&status=204").body()).isEmpty();
    }

    @Test
    void badParameterIsNamed() throws Exception {
        var response = http.get("/slow?delay=11m");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Http.json(response).path("field").asString()).isEqualTo("delay");
    }

    @Test
    void hitsOfAnIdAreCounted() throws Exception {
        http.get("/slow?delay=0s&id=a");
        http.get("/slow?delay=0s&id=a");

        var stats = Http.json(http.get("/slow/stats?id=a"));
        assertThat(stats.path("hits").asInt()).isEqualTo(2);
        assertThat(stats.path("repeats").asInt()).isEqualTo(1);
    }

    @Test
    void thousandsWaitWithoutAThreadEach() throws Exception {
        var requests = 2000;
        var sockets = new ArrayList<Socket>();
        for (var i = 0; i < requests; i++) {
            sockets.add(send("/slow?delay=2m&size=1B"));
        }

        await().atMost(Duration.ofSeconds(60))
                .until(() -> Http.json(http.get("/slow/stats")).path("waiting").asInt() >= requests);
        assertThat(webThreads()).isLessThanOrEqualTo(30);
        for (var socket : sockets) {
            socket.close();
        }
    }

    private Socket send(String path) throws IOException {
        var socket = new Socket(address.root().getHost(), address.root().getPort());
        var request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static long webThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http-nio")
                        || thread.getName().startsWith("demo-slow"))
                .count();
    }
}
