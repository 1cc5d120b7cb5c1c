package io.patienthttp.internal.http;

import io.patienthttp.EgressPolicy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Hosts of URLs that are addresses, for where somebody else resolves names. What ends in a number is meant as an address
 * (WHATWG URL, section 3.5); in any shape but the usual one (2130706433, 0x7f000001, 0177.0.0.1) it is denied, because
 * readers differ in what they make of it.
 */
final class Literals {

    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?(\\d+|0[xX][0-9a-fA-F]*)\\.?");
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");

    private Literals() {}

    /** Whether the host is an address that the policy does not allow. */
    static boolean isDenied(String host, EgressPolicy policy) {
        var ipv6 = host.indexOf(':') >= 0;
        if (policy.allowsHost(host) || !ipv6 && !NUMBER.matcher(host).matches()) {
            return false;
        }
        if (!ipv6 && !IPV4.matcher(host).matches()) {
            return true;
        }
        try {
            return !policy.allowsAddress(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
