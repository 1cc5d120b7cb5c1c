package io.patienthttp.micrometer;

import io.micrometer.core.instrument.Tags;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The servers that are told apart by tags: the first {@link #MOST}, by name and port; all others are one. A meter is kept
 * for as long as the process lives, so that URLs which users give must not make one each. Safe for all threads.
 */
final class Servers {

    /** How many servers have tags of their own. */
    static final int MOST = 100;

    private static final Tags OTHER = Tags.of("server.address", "other", "server.port", "other");

    private final Map<String, Tags> known = new ConcurrentHashMap<>();

    /** The tags of the server that the URL names; nothing else of the URL is in them. */
    Tags tags(URI url) {
        var host = url.getHost();
        if (host == null) {
            return OTHER;
        }
        var name = host.toLowerCase(Locale.ROOT);
        var port = port(url);
        var server = name + " " + port;
        var tags = known.get(server);
        return tags == null ? add(server, Tags.of("server.address", name, "server.port", port)) : tags;
    }

    private synchronized Tags add(String server, Tags tags) {
        if (known.size() >= MOST) {
            return known.getOrDefault(server, OTHER);
        }
        known.putIfAbsent(server, tags);
        return tags;
    }

    private static String port(URI url) {
        if (url.getPort() >= 0) {
            return Integer.toString(url.getPort());
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? "443" : "80";
    }
}
