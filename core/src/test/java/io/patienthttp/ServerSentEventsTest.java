package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of WHATWG HTML, section 9.2, and its rules one by one. */
class ServerSentEventsTest {

    private static final OutcomeDetails DETAILS =
            OutcomeDetails.builder("id", Method.GET, URI.create("http://h/")).build();

    private static List<ServerSentEvent> events(String body) {
        return Response.builder(DETAILS, 200)
                .headers(Headers.of(Map.of("content-type", List.of("text/event-stream; charset=latin1"))))
                .body(body.getBytes(StandardCharsets.UTF_8))
                .build()
                .events();
    }

    private static ServerSentEvent message(String data) {
        return new ServerSentEvent("message", data, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void linesMayEndInEachWay(String end) {
        var body = "data: YHOO\ndata: +2\ndata: 10\n\nevent: add\ndata: 7\n\n".replace("\n", end);

        assertThat(events(body)).containsExactly(message("YHOO\n+2\n10"), new ServerSentEvent("add", "7", ""));
    }

    @Test
    void idStaysUntilItChangesAndTypeDoesNot() {
        var body =
                ": test stream\n\ndata: first event\nid: 1\nevent: x\n\ndata:second event\nid\n\ndata:  third event\nid: a\0b\n\n";

        assertThat(events(body))
                .containsExactly(
                        new ServerSentEvent("x", "first event", "1"), message("second event"), message(" third event"));
    }

    @Test
    void emptyDataIsAnEventAndNoDataIsNone() {
        assertThat(events("data\n\ndata\ndata\n\nevent: x\n\n:c\n\nretry: 5\nother: y\n\ndata:"))
                .containsExactly(message(""), message("\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: cut", "data: cut\n", "data: cut\r\n"})
    void whatIsCutOffIsNoEvent(String rest) {
        assertThat(events("\uFEFFdata: h\u00f6\n\n" + rest)).containsExactly(message("h\u00f6"));
    }

    @Test
    void otherContentHasNoEvents() {
        var response = Response.builder(DETAILS, 200).build();

        assertThatThrownBy(response::events)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the response of request id is no stream of events, its content type is absent");
    }
}
