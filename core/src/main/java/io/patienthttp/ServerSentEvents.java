package io.patienthttp;

import java.util.ArrayList;
import java.util.List;

/** Reads a stream of events as the WHATWG HTML standard says (section 9.2.6). Not safe for several threads. */
final class ServerSentEvents {

    private final List<ServerSentEvent> events = new ArrayList<>();
    private final StringBuilder data = new StringBuilder();
    private String type = "";
    private String id = "";

    private ServerSentEvents() {}

    /** The complete events; one that was cut off at the end is none. */
    static List<ServerSentEvent> parse(String stream) {
        var reader = new ServerSentEvents();
        var start = stream.startsWith("\uFEFF") ? 1 : 0;
        while (true) {
            var end = start;
            while (end < stream.length() && stream.charAt(end) != '\n' && stream.charAt(end) != '\r') {
                end++;
            }
            if (end == stream.length()) {
                return List.copyOf(reader.events); // a line without its end is not complete either
            }
            reader.line(stream.substring(start, end));
            start = stream.startsWith("\r\n", end) ? end + 2 : end + 1;
        }
    }

    private void line(String line) {
        if (line.isEmpty()) {
            dispatch();
            return;
        }
        var colon = line.indexOf(':');
        if (colon < 0) {
            field(line, "");
        } else if (colon > 0) { // 0: a comment
            var value = line.substring(colon + 1);
            field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> type = value;
            case "data" -> data.append(value).append('\n');
            case "id" -> id = value.indexOf('\0') < 0 ? value : id;
            default -> {} // "retry" is for clients that connect again
        }
    }

    private void dispatch() {
        if (data.length() > 0) {
            data.setLength(data.length() - 1);
            events.add(new ServerSentEvent(type.isEmpty() ? "message" : type, data.toString(), id));
        }
        data.setLength(0);
        type = "";
    }
}
