package io.patienthttp.dashboard;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A user with a browser's cookies. */
final class Visitor {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(new CookieManager())
            .build();
    private final URI root;
    private final String user;

    /** Somebody of that name; an empty one is nobody. */
    Visitor(Ops ops, String user) {
        this.root = ops.root();
        this.user = user;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return MAPPER.readTree(get(path).body());
    }

    /** What the page sends. */
    Map<String, String> headers() throws IOException, InterruptedException {
        var headers = new LinkedHashMap<String, String>();
        json("/patient-http/api/session")
                .path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asString()));
        headers.put("Sec-Fetch-Site", "same-origin");
        headers.put("Origin", root.toString());
        return headers;
    }

    HttpResponse<String> post(String path, Map<String, String> headers) throws IOException, InterruptedException {
        var request = request(path).POST(BodyPublishers.noBody());
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    static String authorization(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":pass").getBytes(StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(root.resolve(path)).header("Accept", "application/json");
        return user.isEmpty() ? request : request.header("Authorization", authorization(user));
    }
}
