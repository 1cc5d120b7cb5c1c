package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriReferenceTest {

    // RFC 3986, sections 5.4.1 and 5.4.2, without those that lead to other schemes
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "g|http://a/b/c/g",
                "./g|http://a/b/c/g",
                "g/|http://a/b/c/g/",
                "/g|http://a/g",
                "//g|http://g",
                "?y|http://a/b/c/d;p?y",
                "g?y|http://a/b/c/g?y",
                "#s|http://a/b/c/d;p?q",
                "g#s|http://a/b/c/g",
                ";x|http://a/b/c/;x",
                "''|http://a/b/c/d;p?q",
                ".|http://a/b/c/",
                "..|http://a/b/",
                "../g|http://a/b/g",
                "../..|http://a/",
                "../../g|http://a/g",
                "../../../g|http://a/g",
                "/./g|http://a/g",
                "/../g|http://a/g",
                "g.|http://a/b/c/g.",
                "..g|http://a/b/c/..g",
                "./../g|http://a/b/g",
                "g/./h|http://a/b/c/g/h",
                "g/../h|http://a/b/c/h",
                "g?y/../x|http://a/b/c/g?y/../x",
                "HTTPS://Other/x%2Fy|https://Other/x%2Fy",
                "/\u00fc?\u00e4|http://a/%C3%BC?%C3%A4",
                "/\u00c3\u00bc|http://a/%C3%BC",
            })
    void referencesResolveAsInRfc3986(String reference, String expected) {
        assertThat(UriReference.resolve(URI.create("http://a/b/c/d;p?q"), reference))
                .hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource({"g,http://a/g", "?y,http://a?y", "/,http://a/"})
    void baseMayHaveNoPath(String reference, String expected) {
        assertThat(UriReference.resolve(URI.create("http://a"), reference)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a/",
                "mailto:a@b",
                "file:///etc/passwd",
                "http://",
                "http:///x",
                "http://u:p@a/",
                "a b",
                "%zz",
                "http://a_b/",
                "http://\u00fc.example/",
                "http://127.1/"
            })
    void otherThingsAreRefused(String reference) {
        assertThat(UriReference.resolve(URI.create("http://a/"), reference)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "http://a/x, http://A:80/y, true",
        "https://a/, https://a:443/, true",
        "http://a/, https://a/, false",
        "http://a/, http://b/, false",
        "http://a/, http://a:81/, false",
        "http://a:443/, https://a/, false",
    })
    void originIsSchemeHostAndPort(String a, String b, boolean same) {
        assertThat(UriReference.sameOrigin(URI.create(a), URI.create(b))).isEqualTo(same);
    }
}
