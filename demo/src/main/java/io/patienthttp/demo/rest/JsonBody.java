package io.patienthttp.demo.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON strictly: UTF-8, one value, no name twice, not more than a bound. */
public final class JsonBody {

    private static final int MOST_BYTES = 64 * 1024 * 1024;

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonBody() {}

    /**
     * Reads the body of the request.
     *
     * @throws BadFieldException if it is not JSON
     */
    public static JsonNode read(HttpServletRequest request) throws IOException {
        var bytes = request.getInputStream().readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new ResponseStatusException(
                    HttpStatus.CONTENT_TOO_LARGE, "the body must have at most " + MOST_BYTES + " bytes");
        }
        try {
            return MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new BadFieldException(null, "the body is not valid JSON: " + e.getOriginalMessage());
        }
    }
}
