package io.patienthttp.demo.rest;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.demo.deliveries.Deliveries;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/** Takes requests, and tells what became of them. */
@RestController
@RequestMapping("/api/requests")
class RequestsApi {

    private static final int MOST_REQUESTS = 10_000;
    private static final String DELIVERED = "DELIVERED";
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private final PatientHttpClient client;
    private final Deliveries deliveries;

    RequestsApi(PatientHttpClient client, Deliveries deliveries) {
        this.client = client;
        this.deliveries = deliveries;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> enqueue(HttpServletRequest httpRequest) throws IOException {
        var json = JsonBody.read(httpRequest);
        if (json.isArray()) {
            return Map.of("ids", enqueueAll(requests(json)));
        }
        return Map.of("id", enqueueAll(List.of(RequestJson.parse(json))).get(0));
    }

    private static List<Request> requests(JsonNode array) {
        if (array.size() > MOST_REQUESTS) {
            throw new BadFieldException(
                    null, "an array may have at most " + MOST_REQUESTS + " requests, had " + array.size());
        }
        var requests = new ArrayList<Request>(array.size());
        for (var element : array) {
            try {
                requests.add(RequestJson.parse(element));
            } catch (BadFieldException e) {
                throw new BadFieldException(e.field(), "request " + requests.size() + ": " + e.getMessage());
            }
        }
        return requests;
    }

    /** The only thing of a valid request that the client itself refuses is a literal credential in a header. */
    private List<String> enqueueAll(List<Request> requests) {
        try {
            return requests.isEmpty() ? List.of() : client.enqueueAll(requests);
        } catch (IllegalArgumentException e) {
            throw new BadFieldException("headers", String.valueOf(e.getMessage()));
        }
    }

    @GetMapping("/{id}")
    Map<String, @Nullable Object> find(@PathVariable String id) {
        if (!UUID_TEXT.matcher(id).matches()) {
            throw new BadFieldException("id", "id must be a UUID, was \"" + id + "\"");
        }
        var uuid = UUID.fromString(id).toString();
        var outcomes = deliveries.outcomesOf(uuid);
        if (outcomes.isEmpty()) {
            var status = client.find(uuid);
            if (status.isPresent()) {
                return status(uuid, status.get().state().name(), outcomes);
            }
            // It may have been delivered between the two queries, which removes the request.
            outcomes = deliveries.outcomesOf(uuid);
        }
        if (outcomes.isEmpty()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "there is no request " + uuid);
        }
        return status(uuid, DELIVERED, outcomes);
    }

    private static Map<String, @Nullable Object> status(String id, String state, List<String> outcomes) {
        var status = new LinkedHashMap<String, @Nullable Object>();
        status.put("id", id);
        status.put("state", state);
        status.put("outcome", outcomes.isEmpty() ? null : new RawValue(outcomes.get(0)));
        status.put("deliveries", outcomes.size());
        return status;
    }
}
