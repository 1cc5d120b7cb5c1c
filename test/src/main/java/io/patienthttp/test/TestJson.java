package io.patienthttp.test;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of answers and expectations, read and written as requests are. */
final class TestJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private TestJson() {}

    static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** The value as it is after a way through JSON, so that a record equals a map with the same content. */
    static JsonNode tree(@Nullable Object value) {
        return MAPPER.readTree(write(value));
    }

    /** Null if it is not JSON. */
    static @Nullable JsonNode parse(byte[] text) {
        try {
            return MAPPER.readTree(new String(text, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            return null;
        }
    }
}
