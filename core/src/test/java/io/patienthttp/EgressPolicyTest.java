package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses are read and judged here, never connected to. */
class EgressPolicyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.255.255.255",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.0",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.0.0",
                "169.254.169.254",
                "172.16.0.0",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.0.10",
                "192.0.2.1",
                "192.31.196.1",
                "192.52.193.1",
                "192.88.99.1",
                "192.168.0.1",
                "192.168.255.255",
                "192.175.48.1",
                "198.18.0.0",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.255",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "::8.8.8.8",
                "64:ff9b::808:808",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "100:0:0:1::1",
                "2001::1",
                "2001:1::1",
                "2001:2::1",
                "2001:10::1",
                "2001:20::1",
                "2001:1ff:ffff::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:808:808::1",
                "2620:4f:8000::1",
                "3fff::1",
                "3fff:fff:ffff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fd00::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void specialPurposeAddressIsNotPublic(String address) throws Exception {
        assertThat(EgressPolicy.publicOnly().allowsAddress(InetAddress.getByName(address)))
                .isFalse();
        assertThat(EgressPolicy.unrestricted().allowsAddress(InetAddress.getByName(address)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "191.255.255.255",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "::ffff:8.8.8.8",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2003::1",
                "2606:4700::1",
                "3ffe::1"
            })
    void ordinaryAddressIsPublic(String address) throws Exception {
        assertThat(EgressPolicy.publicOnly().allowsAddress(InetAddress.getByName(address)))
                .isTrue();
    }

    @Test
    void allowedRangesAndHostsAreAddedOnly() throws Exception {
        var policy = EgressPolicy.publicOnly().allow("10.1.0.0/16", "fd00::/8").allow("Hooks.Internal", "127.0.0.1");

        assertThat(policy.allowsAddress(InetAddress.getByName("10.1.255.255"))).isTrue();
        assertThat(policy.allowsAddress(InetAddress.getByName("10.2.0.0"))).isFalse();
        assertThat(policy.allowsAddress(InetAddress.getByName("fd12::1"))).isTrue();
        assertThat(policy.allowsAddress(InetAddress.getByName("127.0.0.1"))).isTrue();
        assertThat(policy.allowsAddress(InetAddress.getByName("127.0.0.2"))).isFalse();
        assertThat(policy.allowsHost("hooks.INTERNAL")).isTrue();
        assertThat(policy.allowsHost("hooks.internal.")).isTrue();
        assertThat(policy.allowsHost("x.hooks.internal")).isFalse();
        assertThat(EgressPolicy.publicOnly().allowsAddress(InetAddress.getByName("10.1.0.0")))
                .isFalse();
    }

    @Test
    void policiesThatSayTheSameAreEqual() {
        assertThat(EgressPolicy.publicOnly().allow("a.b", "10.0.0.0/8"))
                .isEqualTo(EgressPolicy.publicOnly().allow("10.0.0.0/8").allow("A.b"))
                .hasSameHashCodeAs(EgressPolicy.publicOnly().allow("10.0.0.0/8", "a.b"))
                .isNotEqualTo(EgressPolicy.publicOnly())
                .isNotEqualTo(EgressPolicy.unrestricted());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.1/8", "10.0.0.0/33", "fd00::/129", "10.0.0.0/x", "10/8", "a b", "http://a", "*.a"})
    void whatIsNeitherRangeNorHostIsRefused(String entry) {
        assertThatThrownBy(() -> EgressPolicy.publicOnly().allow(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("egress must be")
                .hasMessageContaining("\"" + entry + "\"");
    }

    @Test
    void nothingCanBeAddedToEverything() {
        assertThatThrownBy(() -> EgressPolicy.unrestricted().allow("a.b")).isInstanceOf(IllegalArgumentException.class);
    }

    /** The URL itself is refused; shapes that it may have are in EgressTest. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x7f.1", "127.1", "127.0.1", "127.0.0.1.", "0x7f.0x0.0x0.0x1",
                "\uFF11\uFF12\uFF17.0.0.1", "127\u30020\u30020\u30021", "127.0.0.1%00", "[::1", "[127.0.0.1]"
            })
    void addressInAnotherShapeIsNoHost(String host) throws UnknownHostException {
        assertThatThrownBy(() -> Request.builder(Method.GET, "http://" + host + "/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url must");
    }
}
