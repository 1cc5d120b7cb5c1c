package io.patienthttp.internal.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Certificates made for the tests (RFC 5280, section 4.1): a good, an expired and a wrong one of one authority, and a
 * lonely one of its own.
 */
final class Certificates {

    private static final byte[] ECDSA_SHA256 = der(0x30, hex("06082a8648ce3d040302")); // RFC 5758, section 3.2
    private static final byte[] LOCALHOST = hex("87047f000001"); // the IP address 127.0.0.1 as general name

    private final Map<String, KeyPair> keys = new HashMap<>();
    private final Map<String, X509Certificate> certificates = new HashMap<>();

    Certificates() {
        var today = Instant.now();
        make("ca", "ca", today, hex("300f0603551d130101ff040530030101ff")); // basic constraints: an authority
        make("good", "ca", today, names(LOCALHOST));
        make("expired", "ca", today.minus(Duration.ofDays(9)), names(LOCALHOST));
        make("wrong", "ca", today, names(der(0x82, "other.invalid".getBytes(StandardCharsets.US_ASCII))));
        make("lonely", "lonely", today, names(LOCALHOST));
    }

    /** A server that shows the certificate of that name. */
    SSLContext server(String name) {
        try {
            var store = store();
            var chain = new Certificate[] {certificates.get(name)};
            store.setKeyEntry(name, keys.get(name).getPrivate(), new char[0], chain);
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A client that trusts the authority. */
    SslContextFactory.Client trust() {
        try {
            var store = store();
            store.setCertificateEntry("ca", certificates.get("ca"));
            var client = new SslContextFactory.Client();
            client.setTrustStore(store);
            return client;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyStore store() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** Valid for two days around that time. */
    private void make(String name, String issuer, Instant when, byte[] extension) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            keys.put(name, generator.generateKeyPair());
            var body = der(
                    0x30,
                    hex("a003020102"), // version 3
                    hex("020101"), // serial number
                    ECDSA_SHA256,
                    commonName(issuer),
                    der(0x30, time(when.minus(Duration.ofDays(1))), time(when.plus(Duration.ofDays(1)))),
                    commonName(name),
                    keys.get(name).getPublic().getEncoded(),
                    der(0xa3, der(0x30, extension)));
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.get(issuer).getPrivate());
            signature.update(body);
            var certificate = der(0x30, body, ECDSA_SHA256, der(0x03, new byte[1], signature.sign()));
            certificates.put(name, (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] commonName(String name) {
        var text = der(0x0c, name.getBytes(StandardCharsets.UTF_8));
        return der(0x30, der(0x31, der(0x30, hex("0603550403"), text)));
    }

    private static byte[] names(byte[] name) {
        return der(0x30, hex("0603551d11"), der(0x04, der(0x30, name)));
    }

    private static byte[] time(Instant instant) {
        var text = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(instant);
        return der(0x17, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A tag, a length and what it is the length of (X.690, section 8.1). */
    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (var part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        var length = content.size();
        if (length >= 256) {
            out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8)});
        } else if (length >= 128) {
            out.write(0x81);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
