package io.patienthttp.aws;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's side of AWS Signature Version 4, written from its manual ("Create a signed AWS API request"), for paths
 * and queries of unreserved characters: computes the signature that a request must have.
 */
final class SigV4 {

    private SigV4() {}

    /**
     * The signature.
     *
     * @param headers those that are signed, by lower-case name
     * @param scope {@code <date>/<region>/<service>/aws4_request}
     */
    static String signature(
            String secretKey, String method, URI url, Map<String, String> headers, byte[] body, String scope) {
        var signed = new TreeMap<>(headers);
        var canonical = String.join(
                "\n",
                method,
                url.getRawPath().isEmpty() ? "/" : url.getRawPath(),
                url.getRawQuery() == null ? "" : sorted(url.getRawQuery()),
                signed.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                        .collect(Collectors.joining()),
                String.join(";", signed.keySet()),
                hex(sha256(body)));
        var text = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                signed.get("x-amz-date"),
                scope,
                hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
        var key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (var part : scope.split("/")) {
            key = hmac(key, part);
        }
        return hex(hmac(key, text));
    }

    private static String sorted(String query) {
        return List.of(query.split("&")).stream().sorted().collect(Collectors.joining("&"));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
