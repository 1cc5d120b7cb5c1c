package io.patienthttp.internal.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object and the body that is its last property, {@code body}. A body may have many MiB: it is written and read as
 * bytes, while the rest is a tree.
 *
 * @param head all but the body
 */
record Document(ObjectNode head, byte @Nullable [] body) {

    /** What is read was written here, however large. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .build();

    /** Room for {@code ,"body":{"encoding":"gzipped","value":""}}. */
    private static final int FRAME = 41;

    /** A head to be filled. */
    static ObjectNode newHead() {
        return MAPPER.createObjectNode();
    }

    /** As UTF-8. */
    byte[] toBytes() {
        var whole = MAPPER.writeValueAsBytes(head);
        if (body == null) {
            return whole;
        }
        var encoded = Bodies.encode(body);
        var out = new Buffer(Math.addExact(whole.length + FRAME, encoded.size()));
        out.write(whole, 0, whole.length - 1); // without its brace
        out.writeAscii(head.isEmpty() ? "\"body\":" : ",\"body\":");
        try (var json = MAPPER.createGenerator(out)) {
            encoded.write(json);
        }
        out.write('}');
        return out.toByteArray();
    }

    /** As text. */
    String toText() {
        return new String(toBytes(), StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws RuntimeException if it is something else
     */
    static Document read(byte[] bytes) {
        var head = newHead();
        byte[] body = null;
        try (var json = MAPPER.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("the value is no JSON object");
            }
            for (var name = json.nextName(); name != null; name = json.nextName()) {
                if (json.nextToken() == JsonToken.START_OBJECT && name.equals("body")) {
                    body = Bodies.read(json);
                } else {
                    head.set(name, json.readValueAsTree());
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new IllegalArgumentException("the value is cut off");
            }
        }
        return new Document(head, body);
    }
}
