package io.patienthttp.test;

import io.patienthttp.Callback;
import io.patienthttp.CallbackArgs;
import io.patienthttp.Method;
import io.patienthttp.Secret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says which requests are meant: {@code post("https://api.example.com/things").withJson(thing)}. The URL is absolute, as
 * it is sent; {@code *} in it stands for any characters. A URL without a query matches every query. What a pattern does
 * not name may be anything. Immutable and safe for all threads.
 *
 * <p>Of what a redirect made of a request, method, URL and body are compared; the rest is that of the request which was
 * enqueued.
 */
public final class RequestPattern {

    private final Method method;
    private final String url;
    private final Pattern urlPattern;
    private final List<Part> parts;

    /** Something that is compared besides method and URL; the function says what differs, or returns null. */
    private record Part(String text, Function<RequestView, @Nullable String> difference) {}

    private RequestPattern(Method method, String url, List<Part> parts) {
        this.method = method;
        this.url = url;
        this.urlPattern = Pattern.compile(
                Arrays.stream(url.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
        this.parts = List.copyOf(parts);
    }

    /** GET requests to the URL. */
    public static RequestPattern get(String url) {
        return request(Method.GET, url);
    }

    /** HEAD requests to the URL. */
    public static RequestPattern head(String url) {
        return request(Method.HEAD, url);
    }

    /** POST requests to the URL. */
    public static RequestPattern post(String url) {
        return request(Method.POST, url);
    }

    /** PUT requests to the URL. */
    public static RequestPattern put(String url) {
        return request(Method.PUT, url);
    }

    /** PATCH requests to the URL. */
    public static RequestPattern patch(String url) {
        return request(Method.PATCH, url);
    }

    /** DELETE requests to the URL. */
    public static RequestPattern delete(String url) {
        return request(Method.DELETE, url);
    }

    /** OPTIONS requests to the URL. */
    public static RequestPattern options(String url) {
        return request(Method.OPTIONS, url);
    }

    /**
     * Requests of that method to the URL.
     *
     * @throws IllegalArgumentException if the URL is neither absolute nor begins with {@code *}
     */
    public static RequestPattern request(Method method, String url) {
        if (!url.startsWith("http://") && !url.startsWith("https://") && !url.startsWith("*")) {
            throw new IllegalArgumentException(
                    "url must be the whole URL as it is sent, with the base URL of a template,"
                            + " such as \"https://api.example.com/things\"; * stands for any characters; was \"" + url
                            + "\"");
        }
        return new RequestPattern(method, url, List.of());
    }

    /** Whose body is this value as JSON, whatever the order of its keys. */
    public RequestPattern withJson(@Nullable Object value) {
        var expected = TestJson.tree(value);
        return with("json " + RequestView.shortened(expected.toString()), view -> {
            var body = view.body();
            var actual = body == null ? null : TestJson.parse(body);
            return expected.equals(actual) ? null : "json was " + RequestView.text(body);
        });
    }

    /** Whose body is this text in UTF-8. */
    public RequestPattern withBody(String text) {
        return with("body " + RequestView.shortened(text), view -> {
            var actual = RequestView.text(view.body());
            return RequestView.shortened(text).equals(actual) ? null : "body was " + actual;
        });
    }

    /** Whose header has this value; of a header that names a secret use {@link #withHeader(String, Secret)}. */
    public RequestPattern withHeader(String name, String value) {
        var key = name.toLowerCase(Locale.ROOT);
        return with(
                "header " + key,
                view -> value.equals(view.headers().get(key)) ? null : "header " + key + " was " + view.shown(key));
    }

    /** Whose header names this secret, with the same prefix. */
    public RequestPattern withHeader(String name, Secret secret) {
        return withHeader(name, secret.toString());
    }

    /** Whose outcome goes to the callback of that class. */
    public RequestPattern withCallback(Class<? extends Callback> callback) {
        return withCallback(callback.getName());
    }

    /** Whose outcome goes to the callback that is registered under that name. */
    public RequestPattern withCallback(String name) {
        return with(
                "callback " + name,
                view -> Objects.equals(name, view.callback()) ? null : "callback was " + view.callback());
    }

    /** That carries these callback arguments, a map or a record, and no others. */
    public RequestPattern withCallbackArgs(Object mapOrRecord) {
        var expected = TestJson.tree(CallbackArgs.of(mapOrRecord).toMap());
        return with("callbackArgs " + expected, view -> {
            var actual = TestJson.tree(view.callbackArgs().toMap());
            return expected.equals(actual) ? null : "callbackArgs were " + actual;
        });
    }

    private RequestPattern with(String text, Function<RequestView, @Nullable String> difference) {
        var more = new ArrayList<>(parts);
        more.add(new Part(text, difference));
        return new RequestPattern(method, url, more);
    }

    boolean matches(RequestView view) {
        return reaches(view) && differences(view).isEmpty();
    }

    /** Whether method and URL fit. */
    boolean reaches(RequestView view) {
        var whole = view.url().toString();
        var query = whole.indexOf('?');
        var compared = url.contains("?") || query < 0 ? whole : whole.substring(0, query);
        return method == view.method() && urlPattern.matcher(compared).matches();
    }

    /** What differs besides method and URL. */
    List<String> differences(RequestView view) {
        var differences = new ArrayList<String>();
        for (var part : parts) {
            var difference = part.difference().apply(view);
            if (difference != null) {
                differences.add(difference);
            }
        }
        return differences;
    }

    @Override
    public String toString() {
        return method + " " + url
                + (parts.isEmpty()
                        ? ""
                        : parts.stream().map(Part::text).collect(Collectors.joining(", ", " with ", "")));
    }
}
