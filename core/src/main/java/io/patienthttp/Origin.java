package io.patienthttp;

import java.net.URI;

/**
 * Scheme, host and port of a URL (RFC 6454, section 4): what a credential is meant for.
 *
 * @param scheme http or https
 * @param host the host, in lower case
 * @param port the port; where the URL names none, that of the scheme
 */
public record Origin(String scheme, String host, int port) {

    /** The origin of an absolute http or https URL. */
    public static Origin of(URI url) {
        var scheme = Headers.lowerCase(url.getScheme());
        var port = url.getPort() >= 0 ? url.getPort() : defaultPort(scheme);
        return new Origin(scheme, Headers.lowerCase(url.getHost()), port);
    }

    /**
     * Reads an origin such as {@code https://api.example.com}.
     *
     * @throws IllegalArgumentException if it is not an absolute http or https URL, or has a path, query or fragment
     */
    public static Origin parse(String origin) {
        var url = Checks.url("origin", origin);
        if (!url.getRawPath().matches("/?") || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "origin must have no path, query or fragment, was \"" + Checks.withoutSecrets(url) + "\"");
        }
        return of(url);
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    @Override
    public String toString() {
        return scheme + "://" + host + (port == defaultPort(scheme) ? "" : ":" + port);
    }
}
